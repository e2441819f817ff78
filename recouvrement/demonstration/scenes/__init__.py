"""Ce qui arrive à quelques clients, pour que chaque état du produit se voie au premier regard."""

from collections.abc import Callable

from clients.models import Client
from recouvrement.demonstration.facteur import Facteur
from recouvrement.demonstration.maison import Maison
from recouvrement.demonstration.scenes import appels, argent, dossiers, envois

type Scene = Callable[[Maison, Client, Facteur], None]

# Le nom de la scène, tel que l'écrivent les fiches de `clientele`.
SCENES: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (
        appels.promesse_en_cours,
        appels.promesse_rompue,
        appels.promesse_tenue,
        appels.rappel_du_matin,
        appels.rappel_de_l_apres_midi,
        appels.injoignable,
        appels.faux_numero,
        appels.dit_avoir_paye,
        appels.demande_delai,
        appels.conteste,
        argent.litige_ouvert,
        argent.litige_clos,
        argent.avoir_utilise,
        argent.avoir_libre,
        argent.partiel,
        argent.trop_percu,
        argent.acompte,
        argent.cheque_rejete,
        envois.suspendu,
        envois.procedure_collective,
        envois.sans_adresse,
        envois.refusee,
        envois.incertaine,
        envois.a_valider,
        envois.lettre_a_poster,
        envois.recommande_sans_numero,
        envois.doublon,
        envois.a_completer,
        dossiers.mise_en_demeure,
        dossiers.dossier_prepare,
        dossiers.dossier_depose,
        dossiers.dossier_clos,
    )
}


def prevoir(maison: Maison, facteur: Facteur) -> None:
    for nom, scene in SCENES.items():
        if client := maison.de_la_scene(nom):
            scene(maison, client, facteur)
