"""Séparer deux fiches réunies par erreur : chacune reprend ce qui était à elle."""

from collections.abc import Iterator

from clients.actions.fusion import REPRIS, tables_d_un_client
from clients.evenements import Evenement
from clients.models import Client, Contact, Coordonnee, Fusion
from clients.signals import fiches_separees, separation_demandee
from recouvrement.comptes.models import Creancier
from recouvrement.journal.actions import inscrire
from recouvrement.journal.effets import Effet, Question, Retour
from recouvrement.journal.evenements import Genre
from recouvrement.socle.erreurs import ErreurMetier

# Assez petit pour les paramètres d'une requête sur les deux bases.
LOT = 500


def ce_qui_les_tient(fusion: Fusion) -> str:
    """Pourquoi ces deux fiches ne se séparent plus ; vide : elles le peuvent."""
    garde, absorbe = fusion.garde, fusion.absorbe
    if garde.efface_le or absorbe.efface_le:
        return "Les données de l'une des deux fiches ont été effacées depuis."
    if garde.fusionne_dans_id or absorbe.fusionne_dans_id != garde.pk:
        return f"« {garde.nom} » a été réunie à une autre fiche depuis : annulez d'abord cela."
    reponses = separation_demandee.send(sender=Fusion, fusion=fusion)
    return next((phrase for _, phrase in reponses if phrase), "")


def _retenues(question: Question) -> Iterator[tuple[int, str]]:
    fusions = Fusion.objects.pour(question.creancier).filter(geste__in=question.de(Genre.FUSION))
    for fusion in fusions.select_related("garde", "absorbe"):
        if raison := ce_qui_les_tient(fusion):
            yield fusion.geste_id, raison


def _defaire(retour: Retour) -> None:
    if retour.geste.genre == Genre.FUSION:
        _separer(_verrouiller(retour), retour)


def _verrouiller(retour: Retour) -> Fusion:
    """Le même verrou qu'une fusion : rien ne se prévoit ni ne s'importe pendant ce temps."""
    creancier = retour.creancier
    Creancier.objects.select_for_update(no_key=True, of=("self",)).get(pk=creancier.pk)
    fusions = Fusion.objects.pour(creancier).filter(geste=retour.geste)
    (pks,) = fusions.values_list("garde", "absorbe")
    fiches = Client.objects.pour(creancier).filter(pk__in=pks)
    list(fiches.select_for_update(of=("self",)).order_by("pk"))
    fusion: Fusion = fusions.select_related("garde", "absorbe").get()
    if raison := ce_qui_les_tient(fusion):
        raise ErreurMetier(raison)
    return fusion


def _separer(fusion: Fusion, retour: Retour) -> None:
    garde, absorbe = fusion.garde, fusion.absorbe
    # Avant tout : une adresse ajoutée depuis suit la personne à qui elle est.
    contacts = fusion.cles(Contact)
    Coordonnee.objects.pour(retour.creancier).filter(client=garde, contact__in=contacts).update(
        client=absorbe
    )
    fiches_separees.send(sender=Fusion, fusion=fusion, retour=retour)
    for modele, champ in tables_d_un_client():
        cles = sorted(fusion.cles(modele))
        for debut in range(0, len(cles), LOT):
            siens = modele.objects.pour(retour.creancier).filter(
                pk__in=cles[debut : debut + LOT], **{champ: garde}
            )
            siens.update(**{champ: absorbe})
    _rendre_les_principaux(fusion)
    _rendre_ce_qui_etait_su(fusion)
    absorbe.fusionne_dans, absorbe.est_a_completer = None, fusion.etait_a_completer
    absorbe.save(update_fields=["fusionne_dans", "est_a_completer"])
    for fiche, autre in ((garde, absorbe), (absorbe, garde)):
        inscrire(
            Evenement.CLIENT_SEPARE,
            cible=fiche,
            acteur=retour.acteur,
            geste=retour.annulation,
            de=autre.pk,
            nom=autre.nom,
        )


def _rendre_les_principaux(fusion: Fusion) -> None:
    absorbe = fusion.absorbe
    if not absorbe.contacts.filter(est_principal=True).exists():
        absorbe.contacts.filter(pk__in=fusion.principaux).update(est_principal=True)
    garde = fusion.garde
    if not garde.contacts.filter(est_principal=True).exists():
        garde.contacts.filter(pk=garde.contacts.order_by("pk").values("pk")[:1]).update(
            est_principal=True
        )


def _rendre_ce_qui_etait_su(fusion: Fusion) -> None:
    """Ce que la fiche gardée tenait de l'autre lui revient ; ce qu'on y a corrigé depuis reste."""
    garde, absorbe = fusion.garde, fusion.absorbe
    champs = {champ.name: champ for champ in Client._meta.concrete_fields}
    rendus: list[str] = []
    for groupe in REPRIS:
        recus = [nom for nom in groupe if nom in fusion.avant]
        if recus and all(getattr(garde, nom) == getattr(absorbe, nom) for nom in recus):
            for nom in recus:
                setattr(garde, nom, champs[nom].to_python(fusion.avant[nom]))
            rendus.extend(recus)
    if rendus:
        garde.save(update_fields=rendus)


FUSIONS = Effet(_retenues, _defaire)
