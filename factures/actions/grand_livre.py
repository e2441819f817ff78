"""Le grand livre : seul ce module écrit ce qu'une facture doit et ce qu'un règlement a encore.

Ses invariants, que `manage.py verifier soldes` refait depuis les imputations :

    0 ≤ solde ≤ montant                   la base le borne
    solde + imputations = montant         d'un avoir : solde + emplois = montant
    disponible + imputations + accessoires = montant        d'un règlement contrepassé, et de sa
                                          contre-écriture, il n'y a rien de disponible
    accessoires > 0 ⇒ solde = 0           le nominal d'abord : redevenu dû, ils y reviennent ;
                                          plus dus eux-mêmes, ils sont rendus au règlement
    soldée le                             jour du dernier paiement qui vaut, tant que rien n'est dû
    cycle                                 un de plus quand une facture soldée redevient due

Son verrou est à l'appelant : le client, puis les factures (`verrous`). Les lignes reçues ici sont
celles relues sous lui. Ni journal ni annonce : chaque écriture rend son effet à qui l'a demandée.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import batched, chain
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum

from clients.models import Client
from factures.actions.parts import Correction, Effet, Part, Parts, Rendu, Versement, somme
from factures.actions.verrous import verrouiller_factures
from factures.enums import MOYENS_QUI_RETIRENT, Moyen, NatureFacture
from factures.lectures.soldes import derniers_emplois, derniers_paiements
from factures.models import Encaissement, Facture, Imputation
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.models import Geste
from recouvrement.socle.base.lots import inserer_fiches
from recouvrement.socle.montants import ZERO, arrondir

type Mouvements = Sequence[tuple[Facture, Decimal]]

COLONNES = ("solde", "soldee_le", "cycle")
PARTS = ("montant", "accessoires", "rendus")
LOT = 500


def ouvrir_creance(facture: Facture) -> None:
    """Une facture neuve doit tout son montant ; un avoir vaut tout le sien."""
    _ouvrir(facture)
    facture.save()


def reprendre(
    factures: Sequence[Facture],
    versements: Sequence[Versement] = (),
    *,
    moyen: str,
    acteur: Utilisateur | None,
    geste: Geste | None = None,
    note: str = "",
) -> list[Encaissement]:
    """Des factures nées ailleurs, en un lot ; ce qui en était payé fait un règlement chacune."""
    for facture in factures:
        _ouvrir(facture)
    for versement in versements:
        facture = versement.facture
        facture.solde -= versement.montant
        facture.soldee_le = _effet_le(facture, versement.recu_le) if _est_soldee(facture) else None
    inserer_fiches(factures)
    return _verser(versements, moyen=moyen, acteur=acteur, geste=geste, note=note)


def recevoir(
    client: Client,
    parts: Parts,
    *,
    montant: Decimal,
    recu_le: date,
    moyen: str,
    geste: Geste,
    reference: str = "",
    note: str = "",
    ordre: str = "",
    cle_saisie: UUID | None = None,
) -> tuple[Encaissement, Effet]:
    """Une somme reçue, et les factures qu'elle paye ; le reste en est disponible."""
    encaissement = Encaissement.objects.create(
        creancier=client.creancier,
        client=client,
        montant=montant,
        disponible=montant - somme(parts),
        recu_le=recu_le,
        moyen=moyen,
        reference=reference,
        note=note,
        ordre=ordre,
        cle_saisie=cle_saisie,
        saisi_par=geste.auteur,
        geste=geste,
    )
    return encaissement, _imputer(encaissement, parts)


def imputer(encaissement: Encaissement, parts: Parts) -> Effet:
    """Emploie ce qui restait d'un règlement ; sa part d'une facture qu'il paye déjà grandit."""
    encaissement.disponible -= somme(parts)
    encaissement.save(update_fields=["disponible"])
    return _imputer(encaissement, parts, list(encaissement.imputations.all()))


def employer_avoir(
    avoir: Facture,
    client: Client,
    parts: Parts,
    *,
    le: date,
    geste: Geste,
    note: str = "",
    cle_saisie: UUID | None = None,
) -> tuple[Encaissement, Effet]:
    """Un avoir paye des factures de son client ; il n'a rien de disponible hors de son solde."""
    montant = somme(parts)
    encaissement = Encaissement.objects.create(
        creancier=avoir.creancier,
        client=client,
        montant=montant,
        disponible=ZERO,
        recu_le=_effet_le(avoir, le),
        moyen=Moyen.AVOIR,
        avoir=avoir,
        reference=avoir.numero,
        note=note,
        cle_saisie=cle_saisie,
        saisi_par=geste.auteur,
        geste=geste,
    )
    _porter([(avoir, -montant)])
    return encaissement, _imputer(encaissement, parts)


def remplacer(
    ancienne: Facture, nouvelle: Facture, *, geste: Geste, note: str = ""
) -> tuple[Encaissement, Effet]:
    """Une rectificative éteint tout ce que l'originale devait : il n'y a qu'une dette."""
    montant = ancienne.solde
    encaissement = Encaissement.objects.create(
        creancier=ancienne.creancier,
        client_id=ancienne.client_id,
        montant=montant,
        disponible=ZERO,
        recu_le=_effet_le(ancienne, nouvelle.date_emission),
        moyen=Moyen.REMPLACEMENT,
        reference=nouvelle.numero,
        note=note,
        saisi_par=geste.auteur,
        geste=geste,
    )
    return encaissement, _imputer(encaissement, [Part(ancienne, montant)])


def contrepasser(
    encaissement: Encaissement, *, le: date, motif: str, geste: Geste, est_une_erreur: bool
) -> tuple[Encaissement, Parts, Effet]:
    """L'écriture de sens contraire, et ce qui est redevenu dû, facture à facture.

    `est_une_erreur` : saisi à tort et repris aussitôt, il n'a jamais soldé ; le cycle continue.
    """
    creancier, avoir_id = encaissement.creancier, encaissement.avoir_id
    imputations = list(encaissement.imputations.all())
    pks = {imputation.facture_id for imputation in imputations}
    factures = verrouiller_factures(creancier, pks | ({avoir_id} if avoir_id else set()))
    contre = Encaissement.objects.create(
        creancier=creancier,
        client=encaissement.client,
        montant=-encaissement.montant,
        disponible=ZERO,
        recu_le=le,
        moyen=encaissement.moyen,
        reference=encaissement.reference,
        ordre=encaissement.ordre,
        avoir_id=avoir_id,
        annule=encaissement,
        motif_annulation=motif,
        saisi_par=geste.auteur,
        geste=geste,
    )
    Imputation.objects.bulk_create(
        Imputation(
            creancier=creancier,
            encaissement=contre,
            facture_id=imputation.facture_id,
            montant=-imputation.montant,
            accessoires=-imputation.accessoires,
            le=max(le, imputation.le),
        )
        for imputation in imputations
        if imputation.somme
    )
    encaissement.disponible = ZERO
    encaissement.save(update_fields=["disponible"])
    if avoir_id:
        _porter([(factures[avoir_id], encaissement.montant)])
    siennes = (Part(factures[i.facture_id], i.montant, i.accessoires) for i in imputations)
    rendues = [part for part in siennes if part.total]
    redus = [(part.facture, part.montant) for part in rendues]
    return contre, rendues, _porter(redus, un_cycle_de_plus=not est_une_erreur)


def rendre(rendus: Sequence[Rendu]) -> None:
    """Ce qui payait des accessoires qui ne sont plus dus redevient disponible ; rien n'est redu."""
    recus = {rendu.imputation.encaissement_id: rendu.imputation.encaissement for rendu in rendus}
    for rendu in rendus:
        rendu.imputation.accessoires -= rendu.montant
        rendu.imputation.rendus += rendu.montant
        recus[rendu.imputation.encaissement_id].disponible += rendu.montant
    creancier = rendus[0].imputation.creancier
    imputations = [rendu.imputation for rendu in rendus]
    Imputation.objects.pour(creancier).bulk_update(imputations, PARTS, batch_size=LOT)
    encaissements = Encaissement.objects.pour(creancier)
    encaissements.bulk_update(recus.values(), ["disponible"], batch_size=LOT)


def corriger(
    facture: Facture, change: Mapping[str, Any], *, juger: Callable[[Facture], None]
) -> Effet:
    """Le reste dû suit le montant ; `juger` voit la facture corrigée avant qu'elle s'écrive."""
    ecart = Correction(facture, change).appliquer()
    juger(facture)
    return _porter([(facture, ecart)], avec=change)


def mettre_a_jour(
    corrections: Sequence[Correction],
    versements: Sequence[Versement] = (),
    *,
    moyen: str,
    geste: Geste,
    note: str = "",
) -> tuple[list[Encaissement], Effet]:
    """En un lot : ce qu'un import apprend de factures connues, et ce qui en est payé de plus."""
    mouvements = {c.facture.pk: (c.facture, c.appliquer()) for c in corrections}
    for versement in versements:
        facture, ecart = mouvements.get(versement.facture.pk, (versement.facture, ZERO))
        mouvements[facture.pk] = facture, ecart - versement.montant
    encaissements = _verser(versements, moyen=moyen, acteur=geste.auteur, geste=geste, note=note)
    champs = {nom for correction in corrections for nom in correction.change}
    return encaissements, _porter(list(mouvements.values()), avec=champs)


def effacer_les_versements(factures: QuerySet[Facture], *, geste: Geste) -> Effet:
    """Ce qu'une reprise disait payé d'elles, et ce que ses avoirs éteignaient d'autres."""
    creancier = geste.creancier
    siens = Encaissement.objects.pour(creancier).filter(geste=geste, disponible=ZERO)
    pks = list(siens.filter(contre_ecriture=None).values_list("pk", flat=True))
    siennes = set(factures.values_list("pk", flat=True))
    ecrites = Imputation.objects.pour(creancier).filter(encaissement__in=pks)
    emplois = ecrites.filter(encaissement__moyen__in=MOYENS_QUI_RETIRENT)
    ailleurs = emplois.exclude(facture__in=siennes).order_by().values_list("facture")
    rendu = dict(ailleurs.annotate(rendu=Sum("montant")))
    relues = verrouiller_factures(creancier, rendu)
    effet = _porter(
        [(relues[pk], arrondir(part)) for pk, part in rendu.items()], un_cycle_de_plus=False
    )
    emplois.delete()
    ecrites.filter(facture__in=siennes).delete()
    Encaissement.objects.pour(creancier).filter(pk__in=pks, imputations=None).delete()
    return effet


def _ouvrir(facture: Facture) -> None:
    facture.est_avoir = facture.nature == NatureFacture.AVOIR
    facture.solde, facture.soldee_le = facture.montant_ttc, None


def _est_soldee(facture: Facture) -> bool:
    return facture.solde == ZERO


def _effet_le(facture: Facture, recu_le: date) -> date:
    """L'argent reçu avant la facture la paye le jour où elle naît."""
    return max(recu_le, facture.nee_le)


def _verser(
    versements: Sequence[Versement],
    *,
    moyen: str,
    acteur: Utilisateur | None,
    geste: Geste | None,
    note: str,
) -> list[Encaissement]:
    encaissements = [
        Encaissement(
            creancier_id=versement.facture.creancier_id,
            client_id=versement.facture.client_id,
            montant=versement.montant,
            disponible=ZERO,
            recu_le=versement.recu_le,
            moyen=moyen,
            note=note,
            saisi_par=acteur,
            geste=geste,
        )
        for versement in versements
    ]
    inserer_fiches(encaissements)
    inserer_fiches(
        [
            _imputation(encaissement, Part(versement.facture, versement.montant))
            for encaissement, versement in zip(encaissements, versements, strict=True)
        ]
    )
    return encaissements


def _imputation(encaissement: Encaissement, part: Part) -> Imputation:
    return Imputation(
        creancier_id=part.facture.creancier_id,
        encaissement=encaissement,
        facture=part.facture,
        montant=part.montant,
        accessoires=part.accessoires,
        le=_effet_le(part.facture, encaissement.recu_le),
    )


def _imputer(encaissement: Encaissement, parts: Parts, deja: Sequence[Imputation] = ()) -> Effet:
    connues = {imputation.facture_id: imputation for imputation in deja}
    grandies, neuves = [], []
    for part in parts:
        if imputation := connues.get(part.facture.pk):
            imputation.montant += part.montant
            imputation.accessoires += part.accessoires
            imputation.rendus -= min(imputation.rendus, part.total)
            grandies.append(imputation)
        else:
            neuves.append(_imputation(encaissement, part))
    Imputation.objects.bulk_create(neuves)
    Imputation.objects.pour(encaissement.creancier).bulk_update(grandies, PARTS)
    return _porter([(part.facture, -part.montant) for part in parts])


def _porter(
    mouvements: Mouvements, *, avec: Collection[str] = (), un_cycle_de_plus: bool = True
) -> Effet:
    """Ajoute ces sommes aux soldes, en tire soldée le et cycle, écrit tout d'un coup."""
    soldees: list[Facture] = []
    rouvertes: list[Facture] = []
    modifiees: list[Facture] = []
    avant = {facture.pk: _est_soldee(facture) for facture, _ in mouvements}
    for facture, ecart in mouvements:
        facture.solde += ecart
    revenues = _ramener_au_nominal([facture for facture, ecart in mouvements if ecart > ZERO])
    for facture, _ in mouvements:
        etait_soldee = avant[facture.pk]
        if _est_soldee(facture) == etait_soldee:
            modifiees.append(facture)
        elif etait_soldee:
            facture.soldee_le = None
            facture.cycle += 1 if un_cycle_de_plus and not facture.est_avoir else 0
            rouvertes.append(facture)
        else:
            soldees.append(facture)
    _dater([*soldees, *(facture for facture in revenues if _est_soldee(facture))])
    if mouvements:
        champs = {*COLONNES, *avec} | ({"est_avoir"} if "nature" in avec else set())
        creancier = mouvements[0][0].creancier
        Facture.objects.pour(creancier).bulk_update(
            [facture for facture, _ in mouvements], sorted(champs), batch_size=LOT
        )
    return Effet(soldees=soldees, rouvertes=rouvertes, modifiees=modifiees)


def _ramener_au_nominal(redues: Sequence[Facture]) -> list[Facture]:
    """Ce qui payait des accessoires paye d'abord le nominal redevenu dû ; rend celles-là."""
    creances = {facture.pk: facture for facture in redues if not facture.est_avoir}
    if not creances:
        return []
    imputations = Imputation.objects.pour(next(iter(creances.values())).creancier)
    payes = imputations.valables().filter(accessoires__gt=0)
    ramenees = []
    lots = (payes.filter(facture__in=lot).order_by("le", "pk") for lot in batched(creances, LOT))
    for imputation in chain.from_iterable(lots):
        facture = creances[imputation.facture_id]
        if part := min(imputation.accessoires, facture.solde):
            imputation.montant += part
            imputation.accessoires -= part
            facture.solde -= part
            ramenees.append(imputation)
    imputations.bulk_update(ramenees, PARTS, batch_size=LOT)
    return [creances[pk] for pk in {imputation.facture_id for imputation in ramenees}]


def _dater(soldees: Sequence[Facture]) -> None:
    """Soldée le jour du dernier paiement qui vaut encore, même saisi avant un plus ancien."""
    for lot in batched(soldees, LOT):
        derniers = derniers_paiements(lot) | derniers_emplois(lot)
        for facture in lot:
            facture.soldee_le = derniers[facture.pk]
