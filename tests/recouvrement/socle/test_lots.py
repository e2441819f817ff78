from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from factures.models import Facture
from recouvrement.courriel.enums import EtatEnvoi, NatureEnvoi
from recouvrement.courriel.models import Envoi
from recouvrement.journal.models import Entree
from recouvrement.socle.base.lots import inserer_fiches, numeroter
from tests.fabriques.clients import un_client

pytestmark = pytest.mark.django_db
MIDI = datetime(2026, 11, 23, 11, tzinfo=UTC)


def _facture(client, numero: str) -> Facture:
    return Facture(
        creancier=client.creancier,
        client=client,
        numero=numero,
        date_emission=date(2026, 10, 1),
        date_echeance=date(2026, 10, 31),
        montant_ttc=Decimal("1234.50"),
        solde=Decimal("1234.50"),
    )


def test_les_fiches_ecrites_en_lot_se_relisent_comme_celles_de_bulk_create():
    client = un_client()
    en_lot, temoin = _facture(client, "F-1"), _facture(client, "F-2")
    inserer_fiches([en_lot])
    Facture.objects.bulk_create([temoin])

    def valeurs(facture):
        relue = Facture.objects.pour(client.creancier).get(pk=facture.pk)
        champs = {c.attname for c in Facture._meta.concrete_fields}
        return {c: getattr(relue, c) for c in champs - {"id", "numero", "creee_le", "cree_le"}}

    assert valeurs(en_lot) == valeurs(temoin)
    assert not en_lot._state.adding


def test_une_enumeration_un_instant_et_un_json_gardent_leur_valeur():
    creancier = un_client().creancier
    envoi = Envoi(
        creancier=creancier,
        nature=NatureEnvoi.INVITATION,
        cle="essai:1",
        message_id="<1@essai.example>",
        etat=EtatEnvoi.A_ENVOYER,
        destinataire="a@essai.example",
        pas_avant=MIDI,
    )
    entree = Entree(
        creancier=creancier,
        evenement="essai.fait",
        libelle="Essai",
        cible_type="essai",
        cible_id=1,
        donnees={"montant": "12.00", "noms": ["é"]},
    )
    inserer_fiches([envoi])
    inserer_fiches([entree])
    relu = Envoi.objects.systeme().get(pk=envoi.pk)
    assert (relu.nature, relu.etat, relu.pas_avant) == ("invitation", "a_envoyer", MIDI)
    assert relu.cree_le is not None
    assert relu.octets is None
    relue = Entree.objects.pour(creancier).get(pk=entree.pk)
    assert relue.donnees == {"montant": "12.00", "noms": ["é"]}


def test_des_numeros_pris_d_avance_ne_sont_repris_par_personne():
    client = un_client()
    premieres = numeroter([_facture(client, "F-1"), _facture(client, "F-2")])
    assert premieres[0].pk != premieres[1].pk
    inserer_fiches(premieres)
    suivante = _facture(client, "F-3")
    suivante.save()
    assert suivante.pk > max(f.pk for f in premieres)


def test_une_contrainte_violee_leve_l_erreur_de_django():
    client = un_client()
    with pytest.raises(IntegrityError), transaction.atomic():
        inserer_fiches([_facture(client, "F-1"), _facture(client, "F-1")])


def test_rien_a_ecrire_ne_demande_rien(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert inserer_fiches([]) == []
