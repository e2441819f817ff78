"""Des contextes de documents, sans base : mêmes formes et mêmes noms que ceux des apps."""

from datetime import date, timedelta
from decimal import Decimal

from recouvrement.documents.contextes import (
    Champ,
    CompteFacture,
    Coupe,
    Echelonnement,
    LigneFacture,
    LignePeriode,
    LigneReglement,
    Paiement,
    Partie,
    PieceBordereau,
    Somme,
    Totaux,
)
from recouvrement.documents.regles.typographie import adresse_postale
from recouvrement.droit.decompte import decompte
from recouvrement.droit.faits import PRINCIPAL_DABORD, Convention, FaitFacture, FaitPaiement
from recouvrement.droit.mentions import L111_8_ALINEA_2, L111_8_ALINEA_3
from recouvrement.droit.regimes import Regime

AU = date(2026, 9, 3)
MENUISERIE = Partie(
    nom="Menuiserie Kerbrat",
    forme="SARL",
    capital="8 000 €",
    siren="732829320",
    rcs="Rennes",
    adresse=("4 rue du Port", "35000 Rennes"),
    telephone="+33261910417",
    courriel="compta@kerbrat.example",
    signataire="Yann Kerbrat",
    qualite="gérant",
    ville="Rennes",
    couleur="#1d4d63",
    sigle="KE",
)
DUVAL = Partie(
    nom="Bâti-Rénov Duval",
    forme="SAS",
    siren="404833048",
    adresse=("12 rue de la Motte", "35000 Rennes"),
    ville="Rennes",
    code="C-0418",
)


def des_comptes(nombre=3, *, numero="FA-2026-{:04}", regle=True):
    """Des factures échues, leurs intérêts du droit, et un règlement partiel sur la première."""
    comptes = []
    for n in range(nombre):
        echeance = date(2026, 5, 1) - timedelta(days=3 * n)
        ttc = Decimal("10000.00") if n == 0 else Decimal(137 + n * 7919 % 2600) + Decimal("0.40")
        fait = FaitFacture(numero.format(112 + n), ttc, echeance - timedelta(days=30), echeance)
        recus = [FaitPaiement(Decimal("4000.00"), date(2026, 7, 1), "VIR")] if regle else []
        convention = Convention(Regime.B2B, imputation=PRINCIPAL_DABORD)
        comptes.append(un_compte(fait, recus if n == 0 else [], convention))
    return tuple(comptes)


def un_compte(fait, recus, convention):
    calcul = decompte(fait, recus, convention, AU)
    periodes = [
        LignePeriode(
            fait.reference, p.du, p.au, p.jours, p.principal, p.taux, p.fondement, p.montant
        )
        for p in calcul.periodes
    ]
    reglements = [
        LigneReglement(fait.reference, p.le, p.montant, p.sur_interets, p.sur_principal)
        for p in calcul.paiements
    ]
    lignes = sorted(
        [*periodes, *reglements], key=lambda x: (getattr(x, "au", None) or x.le, x.genre)
    )
    facture = LigneFacture(
        numero=fait.reference,
        emise_le=fait.emission,
        echeance=fait.echeance,
        objet="Pose de fenêtres",
        retard=(AU - fait.echeance).days,
        ttc=fait.montant,
        regle_principal=fait.montant - calcul.principal_restant,
        principal=calcul.principal_restant,
        interets=calcul.interets_dus,
        indemnite=calcul.indemnite,
        total=calcul.total,
    )
    return CompteFacture(facture, tuple(lignes))


def des_totaux(comptes):
    def somme(champ):
        return sum((getattr(c.facture, champ) for c in comptes), Decimal("0.00"))

    return Totaux(
        nombre=len(comptes),
        ttc=somme("ttc"),
        regle_principal=somme("regle_principal"),
        principal=somme("principal"),
        interets=somme("interets"),
        indemnites=somme("indemnite"),
        total=somme("total"),
    )


def une_lettre(comptes=None, *, emetteur=MENUISERIE, destinataire=DUVAL, **reste):
    """Le contexte commun à toute lettre."""
    comptes = comptes or des_comptes()
    total = des_totaux(comptes)
    return {
        "titre": "Lettre de relance",
        "objet": "deuxième rappel, factures échues",
        "reference": "R2-2026-0611",
        "le": AU,
        "emetteur": emetteur,
        "destinataire": destinataire,
        "adresse": adresse_postale(destinataire.nom, *destinataire.adresse),
        "tableau": Coupe.de([c.facture for c in comptes]),
        "total": total,
        "recommande": False,
        "anglais": False,
        "paragraphes": ["Madame, Monsieur,", "Les factures ci-dessous restent impayées."],
        "rappel_legal": True,
        "paiement": Paiement(
            total.principal,
            emetteur.nom,
            "FR7630006000011234567890189",
            "AGRIFRPP",
            "C-0418 R2-2026-0611",
        ),
    } | reste


def une_mise_en_demeure(comptes=None, **reste):
    comptes = comptes or des_comptes()
    periodes = [x for c in comptes for x in c.lignes if x.genre == "periode"]
    total = des_totaux(comptes).total
    a_payer = Paiement(total, "Menuiserie Kerbrat", "FR7630006000011234567890189", "", "MD-94")
    reste = {"paiement": a_payer, "net": total} | reste
    return une_lettre(
        comptes,
        titre="Mise en demeure de payer",
        objet="mise en demeure de payer, factures échues",
        recommande=True,
        avant_le=date(2026, 9, 18),
        rappels="nos rappels des 14/07/2026, 05/08/2026 et 19/08/2026",
        nom_interets="Pénalités de retard",
        public=False,
        periodes=Coupe.de(periodes),
        **reste,
    )


def un_decompte(comptes=None, **reste):
    comptes = comptes or des_comptes()
    return {
        "titre": "Décompte de créance",
        "reference": "DC-94",
        "creancier": MENUISERIE,
        "debiteur": DUVAL,
        "arrete": AU,
        "le": AU,
        "total": des_totaux(comptes),
        "a_echoir": Decimal("0.00"),
        "tableau": Coupe.de([c.facture for c in comptes]),
        "comptes": comptes,
        "nom_interets": "Pénalités de retard",
        "public": False,
        "regles": ["Base de 365 jours ; chaque période est arrondie au centime."],
    } | reste


CABINET = Partie(
    nom="Cabinet Le Goff",
    forme="Solène Le Goff EI",
    siren="552100554",
    adresse=("5 rue du Vieux-Cours", "35000 Rennes"),
    telephone="+33261913008",
    courriel="dossiers@cabinet-legoff.example",
    signataire="Solène Le Goff",
    qualite="mandataire du créancier",
    ville="Rennes",
    couleur="#5b3a56",
    sigle="LG",
    mentions_propres="Déclaration au procureur de la République de Rennes du 12/01/2026",
)
DEBITRICE = Partie(
    nom="Marie Le Bris EI",
    siren="404833048",
    adresse=("3 place du Vieux-Marché", "35400 Saint-Malo"),
    ville="Saint-Malo",
    est_morale=False,
)


def une_mise_en_demeure_de_mandataire(comptes=None, **reste):
    return une_mise_en_demeure(
        comptes,
        emetteur=CABINET,
        creancier=MENUISERIE,
        convention_du=date(2026, 7, 30),
        l111_8=(L111_8_ALINEA_2, L111_8_ALINEA_3),
        **reste,
    )


def une_reconnaissance(comptes=None, **reste):
    comptes = comptes or des_comptes()
    total = des_totaux(comptes)
    egal = Decimal("2000.00")
    dates = [date(2026, 10, 15), date(2026, 11, 16), date(2026, 12, 15)]
    montants = [total.total - egal * 2, egal, egal]
    plan = Echelonnement.de(total.total, list(zip(dates, montants, strict=True)))
    return (
        {
            "titre": "Reconnaissance de dette et échéancier",
            "reference": "EC-17",
            "creancier": MENUISERIE,
            "debiteur": DEBITRICE,
            "le": AU,
            "arrete": AU,
            "total": total,
            "tableau": Coupe.de([c.facture for c in comptes]),
            "imputation": "d’abord sur le principal, puis sur les intérêts et les indemnités",
            "paiement": Paiement(
                montants[0], MENUISERIE.nom, "FR7630006000011234567890189", "", "EC-17"
            ),
        }
        | plan.en_contexte()
        | reste
    )


def un_bordereau(nombre=9, **reste):
    pieces = [
        PieceBordereau(n, f"Devis n° DV-2026-{n:03} accepté et signé", "12/02/2026", 1 + n % 4)
        for n in range(1, nombre + 1)
    ]
    coupe = Coupe.de(pieces)
    return {
        "titre": "Bordereau de pièces",
        "reference": "D94",
        "creancier": MENUISERIE,
        "debiteur": DUVAL,
        "tribunal": "tribunal de commerce de Rennes",
        "debut": coupe.debut,
        "fin": coupe.fin,
        "nombre": nombre,
        "pages": sum(p.pages for p in pieces),
        "fait_a": "Rennes",
        "le": AU,
    } | reste


def une_feuille_de_piece(**reste):
    return {
        "titre": "Pièce n° 7",
        "reference": "D94",
        "creancier": MENUISERIE,
        "debiteur": DUVAL,
        "tribunal": "tribunal de commerce de Rennes",
        "le": AU,
        "piece": PieceBordereau(7, "Décompte de créance", "03/09/2026", 2),
        "resume": "Principal, intérêts par période, indemnités et règlements reçus.",
        "acte": "Requête en injonction de payer",
    } | reste


def une_requete(**reste):
    """Les rubriques du Cerfa 12946, pour deux sociétés."""
    comptes = des_comptes()
    total = des_totaux(comptes)

    def morale(prefixe, partie):
        return [
            Champ(f"{prefixe}_denomination", "Dénomination", partie.nom, 5),
            Champ(f"{prefixe}_forme", "Forme", partie.identite, 4),
            Champ(f"{prefixe}_rcs", "SIREN et registre", partie.immatriculation, 3),
            Champ(f"{prefixe}_siege", "Siège social", partie.adresse_ligne, 7),
            Champ(f"{prefixe}_organe", "Représentée légalement par", partie.represente, 5),
        ]

    def physique(prefixe):
        return [
            Champ(f"{prefixe}_nom", "Nom et prénoms", "", 5),
            Champ(f"{prefixe}_domicile", "Domicile", "", 7),
        ]

    article = "C. com., art. L. 441-10, II"
    return {
        "titre": "Requête en injonction de payer",
        "creancier": MENUISERIE,
        "debiteur": DUVAL,
        "demandeur_morale": morale("demandeur", MENUISERIE),
        "demandeur_physique": physique("demandeur"),
        "debiteur_morale": morale("debiteur", DUVAL),
        "debiteur_physique": physique("debiteur"),
        "mandataire": [Champ("mandataire_nom", "Nom ou dénomination", "", 12)],
        "assiette": total.principal,
        "tribunal": "tribunal de commerce de Rennes",
        "renvoi": "",
        "arrete": AU,
        "demain": AU + timedelta(days=1),
        "le": AU,
        "sommes": [
            Somme(
                "principal_1",
                "Principal",
                "Solde de factures",
                total.principal,
                "Devis DV-2026-031 accepté ; factures FA-2026-0112, 0113 et 0114",
                "1, 2, 3",
            ),
            Somme("principal_2", ""),
            Somme("penalites", "Intérêts échus", "Pénalités", total.interets, article, "4, 7"),
            Somme("clause_penale", "Clause pénale"),
            Somme("accessoires_1", "Frais accessoires", "Indemnités", total.indemnites, article),
            Somme("accessoires_2", "", "Frais de greffe"),
        ],
        "total": total,
        "total_reclame": total.total,
        "au_taux_des_penalites": True,
        "nombre_pieces": 9,
        "fait_a": "Rennes",
    } | reste
