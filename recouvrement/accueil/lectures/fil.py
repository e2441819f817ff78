"""Le fil d'un client : tout ce qui s'est passé, à deux mains, du plus récent au plus ancien."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Model, Prefetch, Q, QuerySet
from django.urls import reverse

from clients.lectures.fusion import fiches_reunies
from clients.models import Note
from contentieux.enums import EtatDossier
from contentieux.models import EvenementDossier
from factures.enums import IssueLitige
from factures.lectures.recu import eteint_par
from factures.models import Encaissement, Facture, Imputation, Litige
from recouvrement.accueil.lectures.fiche import FicheClient
from recouvrement.journal.effets import D_AVANT
from recouvrement.journal.evenements import Genre
from recouvrement.socle.formats import euros, jour, moment
from recouvrement.socle.temps import instant_de, jour_de
from relances.enums import ISSUES_NON_JOINT, Canal, EtatRelance
from relances.lectures.promesses import devenirs
from relances.models import Appel, Courrier, Promesse, Relance

NOUS, EUX = "nous", "eux"
ICONES_CANAL = {
    Canal.COURRIEL: "courriel",
    Canal.TELEPHONE: "appel",
    Canal.COURRIER: "lettre",
    Canal.RECOMMANDE: "recommande",
    Canal.MISE_EN_DEMEURE: "recommande",
    Canal.CONTENTIEUX: "contentieux",
}
FAMILLES = {
    "appels": "Appels",
    "messages": "Messages et lettres",
    "reglements": "Règlements",
    "notes": "Notes",
    "factures": "Factures et litiges",
    "contentieux": "Contentieux",
}


@dataclass(frozen=True, slots=True)
class Fait:
    """Une ligne du fil. `main` : qui a agi ; `ton` : le sens de la couleur, toujours redit."""

    a: datetime
    main: str
    icone: str
    titre: str
    texte: str = ""
    ton: str = ""
    auteur: str = ""
    url: str = ""
    lien: str = ""
    citation: str = ""
    est_barre: bool = False
    # Le geste sur lequel on peut revenir ; sans lui, pourquoi on ne le peut pas.
    geste: int | None = None
    raison: str = ""

    @property
    def le(self) -> date:
        return jour_de(self.a)


@dataclass(frozen=True, slots=True)
class Fil:
    """Une page du fil ; `suite` : le rang où commence la suivante, 0 s'il n'y en a pas."""

    faits: list[Fait]
    suite: int = 0


def fil_du_client(
    fiche: FicheClient, *, au: date, depuis: int = 0, famille: str = "", combien: int = 30
) -> Fil:
    """`combien` faits à partir du rang `depuis`, le plus récent au rang 0.

    Par rang et non par date : vingt factures émises le même jour ne se perdent pas entre deux
    pages.
    """
    choisies = [famille] if famille in SOURCES else list(SOURCES)
    jusqu_a = depuis + combien + 1
    faits = [
        fait for nom in choisies for source in SOURCES[nom] for fait in source(fiche, au, jusqu_a)
    ]
    faits.sort(key=lambda fait: fait.a, reverse=True)
    page = faits[depuis : depuis + combien]
    return Fil(page, suite=depuis + combien if len(faits) > depuis + combien else 0)


def _derniers[M: Model](qs: QuerySet[M], champ: str, combien: int) -> QuerySet[M]:
    return qs.order_by(f"-{champ}", "-pk")[:combien]


def _appels(fiche: FicheClient, au: date, combien: int) -> Iterator[Fait]:
    client = fiche.client
    appels = Appel.objects.pour(client.creancier).filter(client=client)
    appels = appels.select_related("contact", "auteur", "promesse")
    for appel in _derniers(appels, "appele_le", combien):
        a_qui = f" à {appel.contact}" if appel.contact_id else ""
        suite = []
        promesse = getattr(appel, "promesse", None)
        if promesse is not None:
            suite.append(f"Promet {euros(promesse.montant)} pour le {jour(promesse.pour_le)}.")
        if appel.rappel_le:
            suite.append(f"Rappeler le {moment(appel.rappel_le)}.")
        yield Fait(
            a=appel.appele_le,
            main=NOUS,
            icone="appel",
            titre=f"Appel{a_qui} : {appel.get_issue_display().lower()}",
            texte=" ".join(suite),
            citation=appel.note,
            ton="" if appel.issue in ISSUES_NON_JOINT else "accent",
            auteur=appel.auteur.nom_court,
            est_barre=appel.annule_le is not None,
            geste=None if appel.annule_le else appel.geste_id,
            raison="" if appel.annule_le or appel.geste_id else D_AVANT,
        )


def _promesses(fiche: FicheClient, au: date, combien: int) -> Iterator[Fait]:
    """La promesse est dite avec son appel ; ici, ce qu'elle est devenue."""
    # Toutes : il y en a peu, et leur place au fil dépend de ce qu'elles sont devenues.
    devenus = devenirs(fiche.toutes_ses_promesses, au=au)
    for promesse in fiche.toutes_ses_promesses:
        devenu = devenus[promesse.pk]
        somme = f"{euros(promesse.montant)} promis pour le {jour(promesse.pour_le)}"
        constat = promesse.close_geste_id if _est_du_genre(promesse, Genre.CONSTAT) else None
        if devenu.signe:
            le = max(promesse.pour_le, devenu.payee_le or promesse.pour_le)
            dit = f"{somme}, {devenu.phrase}" if devenu.retard else somme
            titre = f"Promesse {devenu.issue.label.lower()}"
            yield Fait(
                *(instant_de(le, time(23)), EUX, devenu.signe, titre, dit, devenu.ton),
                geste=constat,
            )
        elif promesse.appel_id is None:
            le = instant_de(promesse.faite_le, time(12))
            est_barre = _est_du_genre(promesse, Genre.ANNULATION)
            yield Fait(
                *(le, EUX, "note", "Promet de payer", somme, "accent"),
                est_barre=est_barre,
                geste=None if est_barre else promesse.geste_id,
            )


def _est_du_genre(promesse: Promesse, genre: Genre) -> bool:
    """Ce qui l'a close est un geste de ce genre."""
    return promesse.close_geste is not None and promesse.close_geste.genre == genre


def _relances(fiche: FicheClient, au: date, combien: int) -> Iterator[Fait]:
    client = fiche.client
    relances = (
        Relance.objects.pour(client.creancier)
        .filter(client=client, faite_le__isnull=False)
        .exclude(canal__in=[Canal.TELEPHONE, Canal.CONTENTIEUX])
        .filter(Q(courrier=None))
        .select_related("etape", "decidee_par", "envoi")
        .defer("envoi__octets")
    )
    for relance in _derniers(relances, "faite_le", combien):
        if relance.faite_le is None:
            continue
        nom = relance.etape.nom if relance.etape else relance.get_canal_display()
        faite = relance.etat == EtatRelance.FAITE
        somme = f"{euros(relance.montant)}, " if relance.montant else ""
        yield Fait(
            a=relance.faite_le,
            main=NOUS,
            icone=ICONES_CANAL[Canal(relance.canal)],
            titre=nom if faite else f"{nom} : {relance.get_etat_display().lower()}",
            texte=f"{somme}à {_a_qui(relance)}" if relance.destinataire else somme,
            ton="" if faite else "echu",
            auteur=relance.decidee_par.nom_court if relance.decidee_par else "",
            url=reverse("relances:relance", args=[client.creancier.code, relance.pk]),
            lien="Message exact",
        )


def _a_qui(relance: Relance) -> str:
    copies = relance.envoi.copies if relance.envoi else ""
    return f"{relance.destinataire}, copie à {copies}" if copies else relance.destinataire


def _courriers(fiche: FicheClient, au: date, combien: int) -> Iterator[Fait]:
    client = fiche.client
    courriers = Courrier.objects.pour(client.creancier).filter(client=client)
    for courrier in _derniers(courriers, "prepare_le", combien):
        suivi = f"n° {courrier.numero_suivi}".replace(" ", "\xa0") if courrier.numero_suivi else ""
        quand = f"posté le {jour(courrier.poste_le)}" if courrier.poste_le else "à poster"
        yield Fait(
            a=courrier.prepare_le,
            main=NOUS,
            icone=ICONES_CANAL[Canal(courrier.canal)],
            titre=f"{courrier.get_canal_display()} : {courrier.get_etat_display().lower()}",
            texte=", ".join(filter(None, [quand, suivi])),
            ton="demeure" if courrier.canal == Canal.MISE_EN_DEMEURE else "",
            url=reverse("relances:courrier", args=[client.creancier.code, courrier.pk]),
            lien="Lettre",
            geste=courrier.poste_geste_id or courrier.geste_id,
        )


def _reglements(fiche: FicheClient, au: date, combien: int) -> Iterator[Fait]:
    client = fiche.client
    encaissements = Encaissement.objects.pour(client.creancier).filter(client=client)
    encaissements = encaissements.select_related("contre_ecriture").prefetch_related(
        Prefetch(
            "imputations",
            queryset=Imputation.objects.pour(client.creancier).select_related("facture"),
        )
    )
    for recu in _derniers(encaissements, "recu_le", combien):
        payees = _ce_qu_il_paye(fiche, recu.imputations.all())
        est_annulation = recu.annule_id is not None
        titre = "Règlement annulé" if est_annulation else recu.get_moyen_display()
        yield Fait(
            a=instant_de(recu.recu_le, time(18)),
            main=EUX,
            icone="euro",
            titre=f"{titre} : {euros(recu.montant)}",
            texte=recu.motif_annulation or (f"Imputé sur {payees}" if payees else "À imputer"),
            url=reverse("factures:recu", args=[client.creancier.code, recu.pk]),
            lien="Reçu",
            ton="demeure" if est_annulation else "solde",
            geste=None if est_annulation or recu.annulation else recu.geste_id,
        )


def _ce_qu_il_paye(fiche: FicheClient, imputations: Iterable[Imputation]) -> str:
    """« F-1 (420,55 € d'intérêts, 10 000,00 € de principal), F-2 »."""
    dits = []
    for imputation in imputations:
        numero = imputation.facture.reference
        eteint = fiche.payes.get((imputation.encaissement_id, imputation.facture_id))
        # Tout au principal : le titre dit déjà le montant.
        partage = eteint is not None and eteint.sur_principal != imputation.somme
        dits.append(f"{numero} ({eteint_par(eteint)})" if eteint and partage else numero)
    return ", ".join(dits)


def _notes(fiche: FicheClient, au: date, combien: int) -> Iterator[Fait]:
    client = fiche.client
    notes = Note.objects.pour(client.creancier).filter(client=client).select_related("auteur")
    for note in _derniers(notes, "ecrite_le", combien):
        titre = "À savoir" if note.est_a_savoir else "Note"
        yield Fait(
            note.ecrite_le, NOUS, "note", titre, auteur=note.auteur.nom_court, citation=note.texte
        )


def _reunions(fiche: FicheClient, au: date, combien: int) -> Iterator[Fait]:
    for fusion in fiches_reunies(fiche.client)[:combien]:
        auteur = fusion.geste.auteur
        yield Fait(
            fusion.geste.a,
            NOUS,
            "client",
            f"La fiche « {fusion.absorbe.nom} » a été réunie à celle-ci",
            auteur=auteur.nom_court if auteur else "",
            geste=fusion.geste_id,
        )


def _factures(fiche: FicheClient, au: date, combien: int) -> Iterator[Fait]:
    client = fiche.client
    factures = Facture.objects.pour(client.creancier).filter(client=client)
    for facture in _derniers(factures, "date_emission", combien):
        yield Fait(
            a=instant_de(facture.date_emission, time(8)),
            main=NOUS,
            icone="facture",
            titre=f"{facture} de {euros(facture.montant_ttc)}",
            texte="" if facture.est_avoir else f"Échéance le {jour(facture.date_echeance)}",
            url=reverse("factures:detail", args=[client.creancier.code, facture.pk]),
            lien="Voir",
        )


def _litiges(fiche: FicheClient, au: date, combien: int) -> Iterator[Fait]:
    for litige in fiche.tous_ses_litiges[:combien]:
        texte = litige.get_motif_display()
        if litige.clos_le:
            texte += f". Clos le {jour(litige.clos_le)} : {litige.get_issue_display().lower()}"
        yield Fait(
            a=instant_de(litige.ouvert_le, time(12)),
            main=EUX,
            icone="alerte",
            titre=f"Conteste {litige.facture.reference}",
            texte=texte,
            citation=litige.detail,
            ton="" if litige.clos_le else "echu",
            est_barre=litige.issue == IssueLitige.ANNULE,
            geste=_geste_du_litige(litige),
        )


def _geste_du_litige(litige: Litige) -> int | None:
    """Son issue, ou son ouverture ; ouvert par un appel, c'est l'appel que l'on annule."""
    if litige.issue == IssueLitige.ANNULE:
        return None
    if litige.clos_le:
        return litige.clos_geste_id
    est_a_part = litige.geste is not None and litige.geste.genre == Genre.LITIGE
    return litige.geste_id if est_a_part else None


def _contentieux(fiche: FicheClient, au: date, combien: int) -> Iterator[Fait]:
    client = fiche.client
    evenements = EvenementDossier.objects.pour(client.creancier).filter(dossier__client=client)
    evenements = evenements.select_related("dossier", "auteur", "geste__annulation")
    for evenement in _derniers(evenements, "le", combien):
        etat = EtatDossier(evenement.etat).label if evenement.etat else "Note au dossier"
        yield Fait(
            a=instant_de(evenement.le, time(17)),
            main=NOUS,
            icone="contentieux",
            titre=f"Contentieux : {etat.lower()}",
            citation=evenement.note,
            ton="contentieux",
            auteur=evenement.auteur.nom_court,
            url=reverse("contentieux:dossier", args=[client.creancier.code, evenement.dossier_id]),
            lien="Dossier",
            est_barre=evenement.est_annule,
            geste=None if evenement.est_annule else evenement.geste_id,
        )


Source = Callable[[FicheClient, date, int], Iterator[Fait]]
SOURCES: dict[str, tuple[Source, ...]] = {
    "appels": (_appels, _promesses),
    "messages": (_relances, _courriers),
    "reglements": (_reglements,),
    "notes": (_notes, _reunions),
    "factures": (_factures, _litiges),
    "contentieux": (_contentieux,),
}
