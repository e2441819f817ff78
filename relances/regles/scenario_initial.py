# ruff: noqa: E501 — un paragraphe de lettre tient sur une ligne.
"""Le scénario que reçoit un créancier qui n'a rien choisi : neuf étapes, de J−3 à J+80.

Les textes n'annoncent que ce que le créancier peut faire, ne réclament aucun frais de
recouvrement (CPCE L111-8) et n'imitent aucun acte (C. pén. 433-13).
"""

from dataclasses import dataclass

from relances.enums import Canal, Declenchement, Palier, Ton


@dataclass(frozen=True, slots=True)
class EtapeDecrite:
    """Une étape telle qu'on l'écrit ; `cle` la suit d'une version du scénario à l'autre."""

    cle: str
    nom: str
    delai: int
    canal: Canal
    ton: Ton
    palier: Palier
    declenchement: Declenchement = Declenchement.MANUEL
    sujet: str = ""
    texte: str = ""
    sujet_en: str = ""
    texte_en: str = ""
    joindre_factures: bool = True


# Ce qui s'est passé depuis : dit seulement quand il s'est passé quelque chose.
DEPUIS = "{{#si echange}}Nous avons échangé le {{ echange }}. {{/si}}{{#si paiement_recu}}Nous avons bien reçu {{ paiement_recu }} et vous en remercions. {{/si}}"
DEPUIS_EN = "{{#si echange}}We were in contact on {{ echange }}. {{/si}}{{#si paiement_recu}}We have received {{ paiement_recu }}, thank you. {{/si}}"
# La somme est ce qui reste : vraie que rien n'ait été payé, ou une partie.
RESTE = "il reste à régler {{ total }} sur {{#si plusieurs}}les {{ nombre }} factures ci-dessous, dont la plus ancienne était à régler le {{ echeance }}{{/si}}{{#si seule}}la facture ci-dessous, à régler le {{ echeance }}{{/si}}."
RESTE_EN = "{{ total }} remains outstanding on {{#si plusieurs}}the {{ nombre }} invoices below, the oldest of which was due on {{ echeance }}{{/si}}{{#si seule}}the invoice below, due on {{ echeance }}{{/si}}."

COURTOISIE = """Bonjour{{#si contact}} {{ contact }}{{/si}},

{{#si plusieurs}}Les {{ nombre }} factures ci-dessous arrivent à échéance{{/si}}{{#si seule}}La facture ci-dessous arrive à échéance le {{ echeance }}{{/si}}. Nous vous en adressons le rappel pour vous éviter un oubli.

{{ factures }}

{{ paiement }}

Si le règlement est déjà en route, vous n'avez rien à faire. Si une information vous manque pour régler, répondez à ce message.

{{ accessoires }}

Avec nos remerciements,
{{ signature }}
"""
COURTOISIE_EN = """Hello{{#si contact}} {{ contact }}{{/si}},

{{#si plusieurs}}The {{ nombre }} invoices below are about to fall due{{/si}}{{#si seule}}The invoice below falls due on {{ echeance }}{{/si}}. This is a short reminder so that it is not overlooked.

{{ factures }}

{{ paiement }}

If your payment is already on its way, there is nothing you need to do. If you need any further information, simply reply to this message.

{{ accessoires }}

With our thanks,
{{ signature }}
"""
RAPPEL = (
    """Bonjour{{#si contact}} {{ contact }}{{/si}},

"""
    + DEPUIS
    + "Sauf erreur de notre part, "
    + RESTE
    + """

{{ factures }}

Il s'agit peut-être d'un simple oubli. Nous vous remercions de régler {{ total }} dans les prochains jours.

{{ accessoires }}

{{ paiement }}

Si votre règlement s'est croisé avec ce message, merci de ne pas en tenir compte. Si un point vous empêche de régler, répondez-nous : nous chercherons la solution avec vous.

Cordialement,
{{ signature }}
"""
)
RAPPEL_EN = (
    """Hello{{#si contact}} {{ contact }}{{/si}},

"""
    + DEPUIS_EN
    + "Unless we are mistaken, "
    + RESTE_EN
    + """

{{ factures }}

This may well be an oversight. Thank you for paying {{ total }} within the next few days.

{{ accessoires }}

{{ paiement }}

If your payment has crossed with this message, please disregard it. If anything prevents you from paying, reply to us and we will look for a solution together.

Kind regards,
{{ signature }}
"""
)
FERME = (
    """Bonjour{{#si contact}} {{ contact }}{{/si}},

{{#si precedente}}Nous vous avons écrit à ce sujet le {{ precedente }}. {{/si}}"""
    + DEPUIS
    + "À ce jour, "
    + RESTE
    + """

{{ factures }}

Nous vous demandons de régler {{ total }} sous huit jours.

{{ accessoires }}

{{ paiement }}

Si une facture vous paraît inexacte ou si vous rencontrez une difficulté, dites-le-nous dès maintenant en répondant à ce message : nous vous rappellerons. À défaut de règlement, {{ creancier }} pourra saisir la juridiction compétente.

Cordialement,
{{ signature }}
"""
)
FERME_EN = (
    """Hello{{#si contact}} {{ contact }}{{/si}},

{{#si precedente}}We wrote to you about this on {{ precedente }}. {{/si}}"""
    + DEPUIS_EN
    + "To date, "
    + RESTE_EN
    + """

{{ factures }}

Please pay {{ total }} within eight days.

{{ accessoires }}

{{ paiement }}

If an invoice seems incorrect or if you are experiencing a difficulty, let us know now by replying to this message: we will call you back. Failing payment, {{ creancier }} may bring the matter before the competent court.

Kind regards,
{{ signature }}
"""
)
APPEL = """Se présenter au nom de {{ creancier }} et demander la personne qui règle les factures de {{ client }}.
{{#si paiement_recu}}Remercier : {{ paiement_recu }}, bien reçu. {{/si}}{{#si echange}}Reprendre l'échange du {{ echange }}. {{/si}}
Rappeler {{ total }}, échéance {{ echeance }}. Demander si la facture a bien été reçue et s'il y a un désaccord.
Convenir d'une date et d'un montant, les répéter, remercier.
"""
APPEL_FERME = """{{#si paiement_recu}}Remercier : {{ paiement_recu }}, bien reçu. {{/si}}{{#si echange}}Reprendre l'échange du {{ echange }}. {{/si}}{{#si precedente}}Rappeler l'écrit du {{ precedente }}. {{/si}}
Dire la somme : {{ total }} dus par {{ client }}, {{ retard }} jours de retard.
Écouter ce qui empêche de régler ; noter ce qui est proposé, date et montant.
Convenir d'une date ferme ; dire qu'un courrier suivra.
"""
LETTRE = (
    "{{#si precedente}}Nous vous avons écrit à ce sujet le {{ precedente }}. {{/si}}"
    + DEPUIS
    + "À ce jour, "
    + RESTE
    + """

{{ factures }}

Nous vous demandons de régler {{ total }} dans les huit jours de la réception de cette lettre.

{{ accessoires }}

{{ paiement }}

Si vous contestez cette somme, ou si vous souhaitez convenir d'un échéancier, écrivez-nous ou appelez-nous avant cette date. À défaut de règlement, {{ creancier }} pourra saisir la juridiction compétente.
"""
)
LETTRE_EN = (
    "{{#si precedente}}We wrote to you about this on {{ precedente }}. {{/si}}"
    + DEPUIS_EN
    + "To date, "
    + RESTE_EN
    + """

{{ factures }}

Please pay {{ total }} within eight days of receiving this letter.

{{ accessoires }}

{{ paiement }}

If you dispute this amount or wish to agree on a payment schedule, write to us or call us before that date. Failing payment, {{ creancier }} may bring the matter before the competent court.
"""
)
RECOMMANDE = (
    "{{#si precedente}}Notre dernier rappel de ces sommes est du {{ precedente }}. {{/si}}"
    + DEPUIS
    + "À ce jour, "
    + RESTE
    + """

{{ factures }}

Ceci est notre dernier rappel amiable. Nous vous demandons de régler {{ total }} dans les huit jours de la réception de cette lettre.

{{ accessoires }}

{{ paiement }}

À défaut de règlement dans ce délai, {{ creancier }} pourra vous adresser une mise en demeure, puis saisir la juridiction compétente pour obtenir ces sommes{{#si penalites}} et ce que le retard y ajoute, dont {{ penalites }} d'intérêts à ce jour{{/si}}.

{{#si a_echoir}}Échéances à venir, pour information :
{{ a_echoir }}{{/si}}
"""
)
RECOMMANDE_EN = (
    "{{#si precedente}}Our last reminder of these amounts is dated {{ precedente }}. {{/si}}"
    + DEPUIS_EN
    + "To date, "
    + RESTE_EN
    + """

{{ factures }}

This is our last amicable reminder. Please pay {{ total }} within eight days of receiving this letter.

{{ accessoires }}

{{ paiement }}

Failing payment by then, {{ creancier }} may serve you with a formal notice (mise en demeure), then bring the matter before the competent court to obtain these amounts{{#si penalites}} and what late payment adds to them, including {{ penalites }} of interest to date{{/si}}.

{{#si a_echoir}}Amounts falling due later, for information:
{{ a_echoir }}{{/si}}
"""
)

ETAPES_INITIALES: tuple[EtapeDecrite, ...] = (
    EtapeDecrite(
        "courtoisie", "Rappel de courtoisie", -3, Canal.COURRIEL, Ton.PREVENANT, Palier.A_ECHOIR,
        Declenchement.AUTOMATIQUE,
        "{{#si plusieurs}}Vos {{ numero }} arrivent{{/si}}{{#si seule}}Votre facture {{ numero }} arrive{{/si}} à échéance ({{ client }})",
        COURTOISIE,
        "{{#si plusieurs}}Your {{ numero }} are{{/si}}{{#si seule}}Your invoice {{ numero }} is{{/si}} about to fall due ({{ client }})",
        COURTOISIE_EN,
    ),
    EtapeDecrite(
        "rappel", "Premier rappel", 3, Canal.COURRIEL, Ton.COURTOIS, Palier.RAPPEL,
        Declenchement.AUTOMATIQUE,
        "{{#si seule}}Facture {{/si}}{{ numero }} : {{ total }} à régler ({{ client }})",
        RAPPEL,
        "{{#si seule}}Invoice {{/si}}{{ numero }}: {{ total }} outstanding ({{ client }})",
        RAPPEL_EN,
    ),
    EtapeDecrite(
        "appel", "Appel de rappel", 10, Canal.TELEPHONE, Ton.COURTOIS, Palier.RAPPEL, texte=APPEL
    ),
    EtapeDecrite(
        "relance-ferme", "Relance ferme", 17, Canal.COURRIEL, Ton.FERME, Palier.RELANCE,
        Declenchement.AUTOMATIQUE,
        "{{#si seule}}Facture {{/si}}{{ numero }} : {{ total }} à régler sous 8 jours ({{ client }})",
        FERME,
        "{{#si seule}}Invoice {{/si}}{{ numero }}: {{ total }} to be paid within 8 days ({{ client }})",
        FERME_EN,
    ),
    EtapeDecrite(
        "second-appel", "Second appel", 25, Canal.TELEPHONE, Ton.FERME, Palier.RELANCE,
        texte=APPEL_FERME,
    ),
    EtapeDecrite(
        "lettre", "Lettre de relance", 35, Canal.COURRIER, Ton.FERME, Palier.COURRIER,
        sujet="Relance : {{ numero }} ({{ client }})", texte=LETTRE,
        sujet_en="Reminder: {{ numero }} ({{ client }})", texte_en=LETTRE_EN,
    ),
    EtapeDecrite(
        "recommande", "Lettre recommandée", 45, Canal.RECOMMANDE, Ton.DERNIER, Palier.COURRIER,
        sujet="Dernier rappel amiable : {{ numero }} ({{ client }})", texte=RECOMMANDE,
        sujet_en="Last amicable reminder: {{ numero }} ({{ client }})", texte_en=RECOMMANDE_EN,
    ),
    EtapeDecrite(
        "mise-en-demeure", "Mise en demeure", 60, Canal.MISE_EN_DEMEURE, Ton.DERNIER,
        Palier.MISE_EN_DEMEURE,
    ),
    EtapeDecrite(
        "contentieux", "Passage au contentieux", 80, Canal.CONTENTIEUX, Ton.DERNIER,
        Palier.CONTENTIEUX,
    ),
)  # fmt: skip
