from collections.abc import Mapping

from django.db import transaction

from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.droit.conservation import DU_CREANCIER
from recouvrement.journal.actions import inscrire
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.vie_privee.evenements import Evenement
from recouvrement.vie_privee.lectures.durees import durees_de
from recouvrement.vie_privee.models import Duree


@transaction.atomic
def changer_les_durees(
    creancier: Creancier, *, mois: Mapping[str, int], acteur: Utilisateur
) -> None:
    """La durée de chaque sorte, dans les bornes de la loi ; l'habituelle ne s'écrit pas."""
    Creancier.objects.select_for_update(no_key=True, of=("self",)).get(pk=creancier.pk)
    avant, changes = durees_de(creancier), {}
    for sorte in DU_CREANCIER:
        voulu = mois.get(sorte.cle, avant[sorte.cle])
        if not sorte.admet(voulu):
            raise ErreurMetier(
                f"{sorte.quoi} : entre {sorte.minimum} et {sorte.maximum} mois ({sorte.fondement})."
            )
        if voulu != avant[sorte.cle]:
            changes[sorte.cle] = [avant[sorte.cle], voulu]
            Duree.objects.pour(creancier).filter(genre=sorte.cle).delete()
            if voulu != sorte.mois:
                Duree.objects.create(creancier=creancier, genre=sorte.cle, mois=voulu)
    if changes:
        inscrire(Evenement.DUREES_CHANGEES, cible=creancier, acteur=acteur, changes=changes)
