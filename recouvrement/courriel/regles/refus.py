"""Pourquoi un serveur a dit non : la faute de l'adresse, la nôtre, ou celle de personne.

Le code étendu d'abord (RFC 3463), puis les mots ; dans le doute, l'adresse n'y est pour rien.
"""

import re

from recouvrement.courriel.enums import CauseRefus

ETENDU = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
IDENTIFICATION = (530, 534, 535, 538)
# 5.1.7, 5.1.8 : l'adresse de l'expéditeur, pas celle du client.
ADRESSES_D_EXPEDITEUR = ("1.7", "1.8")
BOITES_FERMEES = ("2.1",)
BOITES_PLEINES = ("2.2",)
D_IDENTIFICATION = ("7.8", "7.9", "7.11", "7.12", "7.13", "7.14")

# Ce que disent les serveurs qui nous refusent, nous ou notre message, quelle que soit la boîte.
MOTS_DE_PRINCIPE = re.compile(
    r"spamhaus|spamcop|barracuda|proofpoint|block ?list|black ?list|liste noire|dnsbl|\brbl\b"
    r"|\bspam\b|ind[ée]sirable|polic(?:y|ies)|politique|relay|relai|reputation|r[ée]putation"
    r"|\bspf\b|\bdkim\b|\bdmarc\b|banned|blocked|bloqu[ée]e? par|\bip\b|adresse ip|rate limit"
    r"|too many|trop de (?:messages|connexions)|quota d.envoi|sending (?:limit|quota)"
    r"|daily (?:limit|quota)|access denied|not allowed|not permitted|non autoris[ée]"
    r"|ofr_?506|security|s[ée]curit[ée]|virus|greylist",
    re.IGNORECASE,
)
MOTS_D_IDENTIFICATION = re.compile(
    r"authenticat|authentif|identifi(?:ez|cation)|login required|must log ?in"
    r"|username and password|credentials|mot de passe",
    re.IGNORECASE,
)
MOTS_DE_BOITE_PLEINE = re.compile(
    r"mailbox (?:is )?full|boi?[îi]?te (?:aux lettres )?(?:est )?pleine|over ?quota|quota exceeded"
    r"|exceeded (?:his|her|its|their|the|storage)|insufficient storage|d[ée]pass[ée] son quota"
    r"|quota (?:de la bo[iî]te )?d[ée]pass[ée]|out of storage|mailbox size",
    re.IGNORECASE,
)
MOTS_D_ADRESSE = re.compile(
    r"(?:user|recipient|account|mailbox|address|utilisateur|destinataire|compte|adresse) "
    r"(?:is )?(?:unknown|inconnue?|invalide?|not found|introuvable|does ?n.t exist"
    r"|does not exist|n.existe (?:pas|plus)|disabled|d[ée]sactiv[ée]e?|no longer)"
    r"|unknown (?:user|recipient|mailbox|account|address|local)|no such (?:user|recipient|mailbox"
    r"|address|account|person)|no mailbox here|(?:that|which)? ?you tried to reach does not exist"
    r"|invalid (?:recipient|mailbox|address)|destinataire invalide|recipnotfound"
    r"|recipientnotfound|pas de bo[iî]te|address rejected: undeliverable|no longer (?:valid|on)"
    r"|unrouteable address|(?:bo[iî]te|utilisateur|destinataire|adresse) inconnue?"
    r"|n.existe (?:pas|plus)",
    re.IGNORECASE,
)


def classer(code: int, texte: str, *, etape: str) -> CauseRefus:
    """La cause d'un refus ; `etape` : `expediteur`, `destinataire` ou `data`.

    >>> classer(550, "5.7.1 Service unavailable, blocked using Spamhaus", etape="destinataire")
    CauseRefus.POLITIQUE
    >>> classer(550, "5.1.1 Adresse inconnue", etape="destinataire")
    CauseRefus.ADRESSE
    """
    if code in IDENTIFICATION:
        return CauseRefus.IDENTIFICATION
    if 400 <= code < 500:
        return CauseRefus.PASSAGER
    cause = _cause(texte)
    if cause in (CauseRefus.ADRESSE, CauseRefus.BOITE_PLEINE) and etape != "destinataire":
        # Dit ailleurs qu'à RCPT : rien n'assure que c'est de cette boîte qu'on parle.
        return CauseRefus.INCONNU
    return cause


def _cause(texte: str) -> CauseRefus:
    de_principe = MOTS_DE_PRINCIPE.search(texte) is not None
    trouve = ETENDU.search(texte)
    if trouve is not None:
        suite = f"{trouve[2]}.{trouve[3]}"
        if trouve[2] == "7":
            return (
                CauseRefus.IDENTIFICATION
                if suite in D_IDENTIFICATION and MOTS_D_IDENTIFICATION.search(texte)
                else CauseRefus.POLITIQUE
            )
        if suite in ADRESSES_D_EXPEDITEUR:
            return CauseRefus.POLITIQUE
        if trouve[2] == "1" or suite in BOITES_FERMEES:
            # Un serveur qui nomme aussi sa liste noire parle de nous, pas de la boîte.
            return CauseRefus.POLITIQUE if de_principe else CauseRefus.ADRESSE
        if suite in BOITES_PLEINES:
            return CauseRefus.BOITE_PLEINE
        if trouve[2] in ("3", "4"):
            return CauseRefus.POLITIQUE if de_principe else CauseRefus.PASSAGER
    return _par_les_mots(texte, de_principe=de_principe)


def _par_les_mots(texte: str, *, de_principe: bool) -> CauseRefus:
    if MOTS_DE_BOITE_PLEINE.search(texte):
        return CauseRefus.BOITE_PLEINE
    if de_principe:
        return CauseRefus.POLITIQUE
    if MOTS_D_IDENTIFICATION.search(texte):
        return CauseRefus.IDENTIFICATION
    if MOTS_D_ADRESSE.search(texte):
        return CauseRefus.ADRESSE
    return CauseRefus.INCONNU
