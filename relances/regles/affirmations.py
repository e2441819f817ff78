"""Ce qu'un texte affirme de ce qui s'est passé, sans qu'un fait l'ait vérifié."""

import re

from relances.regles.textes import TexteRefuse, lire

# Vraies parfois, fausses après un règlement, un appel ou une première relance.
AFFIRMATIONS = re.compile(
    r"\bni\s+(?:paiement|règlement|message|réponse)\b[^.\n]*?\bni\s+\w+"
    r"|\b(?:aucune?|sans)\s+(?:paiement|règlement|réponse|nouvelles?|message|signe)\b"
    r"|\bn['’]avons\s+(?:toujours\s+|encore\s+)?(?:pas|rien|reçu\s+(?:ni|aucun))\b[^.,\n]*"
    r"|\b(?:malgré\s+)?nos\s+(?:\w+\s+)?(?:rappels|relances|messages|courriers|lettres|appels)\b"
    r"|\bmalgré\s+notre\s+\w+"
    r"|\bneither\s+payment\b|\bunanswered\b|\bnot\s+yet\s+received\b"
    r"|\b(?:despite\s+)?our\s+(?:reminders|messages|letters?|calls)\b",
    re.IGNORECASE,
)


def affirmations(texte: str) -> list[str]:
    """Les mots qui nient ou rappellent, hors de toute condition ; un fait les garde vrais.

    Un texte d'avant les règles, que l'on ne sait pas lire, se tait.

    >>> affirmations("Malgré nos rappels, rien. {{#si silence}}Aucune réponse.{{/si}}")
    ['Malgré nos rappels']
    """
    try:
        noeuds = lire(texte)
    except TexteRefuse:
        return []
    libres = (noeud for noeud in noeuds if isinstance(noeud, str))
    trouvees = (
        " ".join(lu.group().split()) for mots in libres for lu in AFFIRMATIONS.finditer(mots)
    )
    return list(dict.fromkeys(trouvees))
