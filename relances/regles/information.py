# ruff: noqa: E501 — un paragraphe tient sur une ligne.
"""Ce que le débiteur lit de ses données au premier message (RGPD, art. 14, 3, b).

Qui les traite, pourquoi, d'où elles viennent, combien de temps, ses droits et où écrire.
"""


def information_du_debiteur(nom: str, *, adresse: str, courriel: str, anglais: bool) -> str:
    """
    >>> information_du_debiteur("Forge SARL", adresse="", courriel="", anglais=False)[:40]
    'Vos données personnelles. Forge SARL, re'
    """
    ou = " · ".join(filter(None, [courriel, adresse]))
    if anglais:
        qui = f"{nom} ({adresse})" if adresse else nom
        ecrire = f"by writing to {ou}" if ou else "by replying to this message"
        return f"Your personal data. {qui}, as controller, uses your contact details and your invoices, taken from its own files (quote, order, contract, invoices), to follow up and collect what it is owed: performance of the contract and legitimate interest. Only its staff and the providers acting for it have access. They are kept until payment, then for as long as the law requires for evidence and accounting. You may access them, have them corrected or erased, ask for their use to be restricted, or object to it, {ecrire}. You may also lodge a complaint with the CNIL (cnil.fr)."
    qui = f"{nom} ({adresse})" if adresse else nom
    ecrire = f"en écrivant à {ou}" if ou else "en répondant à ce message"
    return f"Vos données personnelles. {qui}, responsable du traitement, utilise vos coordonnées et vos factures, tirées de ses propres dossiers (devis, commande, contrat, factures), pour suivre et recouvrer ce qui lui est dû : exécution du contrat et intérêt légitime. Seuls son équipe et les prestataires qui agissent pour lui y ont accès. Elles sont gardées jusqu’au paiement, puis le temps que la loi impose pour la preuve et la comptabilité. Vous pouvez y accéder, les faire rectifier ou effacer, demander d’en limiter l’usage ou vous y opposer, {ecrire}. Vous pouvez aussi saisir la CNIL (cnil.fr)."
