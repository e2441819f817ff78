from django import forms

from recouvrement.droit.terme import fautes_du_terme


def juger_le_terme(form: forms.BaseForm) -> None:
    """Les conditions de règlement saisies, jugées ensemble une fois chaque champ bon."""
    champs = ("genre_terme", "delai_paiement", "jour_terme")
    if any(champ in form.errors for champ in champs):
        return
    genre, jours, jour = (form.cleaned_data.get(champ) for champ in champs)
    for champ, phrase in fautes_du_terme(genre or "", jours, jour).items():
        form.add_error(champ, phrase)
