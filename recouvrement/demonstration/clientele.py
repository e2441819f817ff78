"""Les clients des trois créanciers : des noms et des adresses plausibles, à personne."""

from dataclasses import dataclass

from recouvrement.demonstration.personnes import IMPRIMERIE, MENUISERIE, TRANSPORTS


@dataclass(frozen=True, slots=True)
class Fiche:
    """`paie` : son habitude ; `scene` : ce qui lui arrive de particulier ; `note` : à savoir."""

    nom: str
    forme: str
    adresse: str
    commune: str
    contact: str = ""
    fonction: str = "comptabilité"
    paie: str = "ponctuel"
    scene: str = ""
    note: str = ""
    nature: str = "professionnel"
    pays: str = "FR"

    @property
    def langue(self) -> str:
        return "fr" if self.pays in ("FR", "BE", "CH", "LU") else "en"


def particulier(nom: str, adresse: str, commune: str, **autres: str) -> Fiche:
    return Fiche(nom, "", adresse, commune, nom, "", nature="particulier", **autres)


def public(nom: str, adresse: str, commune: str, contact: str, **autres: str) -> Fiche:
    return Fiche(nom, "", adresse, commune, contact, "service financier", nature="public", **autres)


CLIENTELE: dict[str, tuple[Fiche, ...]] = {
    MENUISERIE: (
        Fiche(
            *("Bâti-Rénov Duval", "SARL", "12 rue de la Motte-Brûlon", "35000 Rennes"),
            *("Sandrine Duval", "comptabilité", "lent", "promesse_rompue"),
            "Paie après le solde de ses chantiers, en fin de mois. Marc Duval décide, Sandrine "
            "saisit les virements le jeudi.",
        ),
        Fiche(
            *("Hôtel des Remparts", "SAS", "3 place du Guet", "35400 Saint-Malo"),
            *("Olivier Lebrun", "direction", "tardif", "rappel_du_matin"),
            "Ne pas appeler pendant le service, entre 11 h et 14 h.",
        ),
        Fiche(
            *("Cave d'Ozan", "EURL", "27 rue des Francs-Bourgeois", "35000 Rennes"),
            *("Rémi Ozan", "gérant", "tardif", "rappel_de_l_apres_midi"),
        ),
        Fiche(
            *("SCI Les Tilleuls", "SCI", "8 allée des Tilleuls", "35510 Cesson-Sévigné"),
            *("Martine Collet", "gérante", "ponctuel", "litige_ouvert"),
        ),
        Fiche(
            *("Sellerie Gaubert", "SARL", "41 route de Fougères", "35700 Rennes"),
            *("Luc Gaubert", "gérant", "lent", "mise_en_demeure"),
        ),
        Fiche(
            *("Berthelin Frères", "SARL", "15 rue de l'Industrie", "35170 Bruz"),
            *("Pascal Berthelin", "gérant", "lent", "dossier_depose"),
            "Ne répond plus au téléphone depuis l'été ; l'atelier reste ouvert.",
        ),
        Fiche(
            *("Ferronnerie d'Alban", "EURL", "6 chemin du Moulin", "35310 Mordelles"),
            *("Alban Rivière", "gérant", "tardif", "lettre_a_poster"),
        ),
        Fiche(
            *("Agencement Cornouaille", "SAS", "52 boulevard de Kerguélen", "29000 Quimper"),
            *("Gwenaëlle Le Bris", "comptabilité", "tardif", "suspendu"),
            "Travaux de reprise convenus avec le chef d'atelier.",
        ),
        Fiche(
            *("Les Deux Épis", "SARL", "19 rue du Four", "35600 Redon"),
            *("Karine Épaud", "gérante", "muet"),
        ),
        Fiche(
            *("Boulangerie Trégastel", "EURL", "2 rue de l'Église", "22730 Trégastel"),
            *("Yves Morvan", "gérant"),
        ),
        Fiche(
            *("Clinique vétérinaire du Blosne", "SELARL", "88 rue de Châtillon", "35200 Rennes"),
            *("Anne Fortin", "secrétariat", "ponctuel"),
        ),
        Fiche(
            *("Constructions Hervieu", "SAS", "Zone de la Gaultière", "35220 Châteaubourg"),
            *("Delphine Hervieu", "comptabilité fournisseurs", "lent"),
            note="Demande toujours un duplicata avant de payer : l'envoyer d'office.",
        ),
        Fiche(
            *("Café des Halles", "EURL", "1 place des Lices", "35000 Rennes"),
            *("Bruno Sauvé", "gérant", "lent", "cheque_rejete"),
        ),
        Fiche(
            *("Cabinet Lorgeril Architectes", "SELARL", "11 quai Émile-Zola", "35000 Rennes"),
            *("Hélène Lorgeril", "architecte", "tardif", "acompte"),
        ),
        public(
            "Commune de Saint-Aubin-des-Landes", "1 place de la Mairie", "35500 Vitré",
            "Service des marchés", paie="tardif",
        ),
        public(
            "Collège Paul-Féval", "30 rue de Nantes", "35300 Fougères", "Mme Rault, gestionnaire"
        ),
        particulier(
            "Thierry Vasseur", "14 rue des Ajoncs", "35760 Saint-Grégoire", scene="injoignable",
            paie="tardif",
        ),
        particulier("Monique Hamon", "5 impasse des Cerisiers", "35135 Chantepie"),
        particulier("Julien et Sarah Cariou", "23 rue du Verger", "35830 Betton", paie="tardif"),
        Fiche("Duval Bâti Rénov", "", "", "35000 Rennes", "", "", "", "doublon"),
        Fiche("SARL Menuis'Ouest", "", "", "", "", "", "", "a_completer"),
    ),
    IMPRIMERIE: (
        Fiche(
            *("Agence Pérec", "SARL", "7 rue Crébillon", "44000 Nantes"),
            *("Solène Pérec", "gérante", "tardif", "promesse_en_cours"),
        ),
        Fiche(
            *("Traiteur Faustin", "EURL", "33 rue de Strasbourg", "44000 Nantes"),
            *("Faustin Delorme", "gérant", "tardif", "refusee"),
        ),
        Fiche(
            *("Librairie Sauvageot", "SARL", "16 rue de la Juiverie", "44000 Nantes"),
            *("Édith Sauvageot", "gérante", "ponctuel", "incertaine"),
        ),
        Fiche(
            *("Brasserie de l'Erdre", "SAS", "54 quai de Versailles", "44000 Nantes"),
            *("Maxime Guérin", "comptabilité", "tardif", "partiel"),
        ),
        Fiche(
            *("Festival Rives sonores", "Association", "2 rue Kervégan", "44000 Nantes"),
            *("Lucie Ménard", "trésorière", "tardif", "avoir_utilise"),
            "Subventions versées en avril et en octobre : les règlements suivent.",
        ),
        Fiche(
            *("Domaine de la Garnache", "EARL", "Lieu-dit La Garnache", "44190 Clisson"),
            *("Baptiste Garnier", "gérant", "ponctuel", "avoir_libre"),
        ),
        Fiche(
            *("Immobilière Graslin", "SAS", "9 place Graslin", "44000 Nantes"),
            *("Patricia Noël", "comptabilité", "tardif", "litige_clos"),
        ),
        Fiche(
            *("Pressing Chantenay", "EURL", "120 boulevard de la Liberté", "44100 Nantes"),
            *("Nadia Ferhat", "gérante", "tardif", "sans_adresse"),
        ),
        Fiche(
            *("Éditions du Marais salant", "SARL", "4 rue du Port", "44350 Guérande"),
            *("Yannick Tessier", "gérant", "muet"),
        ),
        Fiche(
            *("Optique Talensac", "SARL", "6 rue de Talensac", "44000 Nantes"),
            *("Sophie Marais", "comptabilité"),
        ),
        Fiche(
            *("Garage Beauséjour", "SARL", "201 route de Vannes", "44800 Saint-Herblain"),
            *("Christophe Rabin", "gérant", "lent", "trop_percu"),
        ),
        Fiche(
            *("Pépinières du Cens", "EARL", "Chemin de la Houssinière", "44300 Nantes"),
            *("Éric Lusseau", "gérant", "ponctuel"),
        ),
        Fiche(
            *("Cosmétiques Île-d'Yeu", "SAS", "3 rue du Coin-du-Chat", "85350 L'Île-d'Yeu"),
            *("Camille Turbé", "direction", "lent"),
        ),
        Fiche(
            *("Groupe Ancenis Événements", "SAS", "77 rue du Tertre", "44150 Ancenis"),
            *("Laurent Poupard", "comptabilité fournisseurs", "lent", "dit_avoir_paye"),
            "Bons de commande obligatoires : rappeler leur numéro dans chaque message.",
        ),
        Fiche(
            *("Harbour & Finch Ltd", "Limited", "21 Wapping Wall", "E1W 3SG London"),
            *("Emma Finch", "accounts payable", "tardif"),
            pays="GB",
        ),
        Fiche(
            *("Lindqvist Paper AB", "AB", "Storgatan 14", "411 38 Göteborg"),
            *("Karin Lindqvist", "finance", "ponctuel"),
            pays="SE",
        ),
        public(
            "Communauté de communes du Pays de Retz", "2 rue du Docteur-Guilmin", "44210 Pornic",
            "Direction des finances", paie="tardif",
        ),
        public(
            "Lycée professionnel Gaspard-Monge", "16 rue de la Fantaisie", "44000 Nantes",
            "Intendance",
        ),
        particulier(
            "Gilles Baudry", "40 rue des Hauts-Pavés", "44000 Nantes", scene="demande_delai"
        ),
        Fiche("Asso. culturelle Doulon", "", "", "44300 Nantes", "", "", "", "a_completer"),
    ),
    TRANSPORTS: (
        Fiche(
            *("Scierie Ombredane", "SARL", "Route de Thiers", "63120 Courpière"),
            *("Joël Ombredane", "gérant", "lent", "recommande_sans_numero"),
        ),
        Fiche(
            *("Fromageries du Livradois", "SAS", "Zone de Masselèbre", "63600 Ambert"),
            *("Nathalie Chapat", "comptabilité fournisseurs", "tardif", "a_valider"),
        ),
        Fiche(
            *("Coutellerie Bonnafoux", "SARL", "18 rue de la Coutellerie", "63300 Thiers"),
            *("Denis Bonnafoux", "gérant", "tardif", "promesse_tenue"),
        ),
        Fiche(
            *("Eaux de Sainte-Marguerite", "SAS", "1 avenue de la Source", "63730 Vic-le-Comte"),
            *("Corinne Vidal", "comptabilité", "ponctuel"),
        ),
        Fiche(
            *("Maçonnerie Pradeau", "EURL", "9 chemin de Beaulieu", "63500 Issoire"),
            *("Alain Pradeau", "gérant", "lent", "dossier_clos"),
        ),
        Fiche(
            *("Meubles Chassagne", "SAS", "145 avenue de la République", "63100 Clermont-Ferrand"),
            *("Valérie Chassagne", "direction", "lent", "dossier_prepare"),
            "Nouveau directeur financier ; ancien accord de règlement à soixante jours dénoncé.",
        ),
        Fiche(
            *("Négoce Cheminade", "SARL", "24 rue Blatin", "63000 Clermont-Ferrand"),
            *("Guy Cheminade", "gérant", "tardif", "procedure_collective"),
        ),
        Fiche(
            *("Cartonnages du Forez", "SAS", "Zone du Champ-de-Mars", "42600 Montbrison"),
            *("Brigitte Perrin", "comptabilité", "tardif"),
        ),
        Fiche(
            *("Vergnaud Primeurs", "SARL", "Marché de gros, case 12", "63000 Clermont-Ferrand"),
            *("Stéphane Vergnaud", "gérant", "muet"),
            "Appeler avant 7 h 30 ou après 16 h.",
        ),
        Fiche(
            *("Plastiques Allègre", "SAS", "Zone industrielle de Ladoux", "63118 Cébazat"),
            *("Isabelle Roux", "comptabilité fournisseurs", "lent"),
        ),
        Fiche(
            *("Papeterie Richard-de-Bas", "SARL", "Val de Laga", "63600 Ambert"),
            *("Philippe Lagarde", "gérant"),
        ),
        Fiche(
            *("Brocante Chamalières", "EURL", "5 avenue de Royat", "63400 Chamalières"),
            *("Serge Imbert", "gérant", "lent", "faux_numero"),
        ),
        Fiche(
            *("Matériaux Gergovia", "SAS", "Route de Romagnat", "63170 Aubière"),
            *("Aurélie Fabre", "comptabilité", "ponctuel", "conteste"),
        ),
        Fiche(
            *("Charpentes Aubrac", "SARL", "La Croix-Neuve", "48000 Mende"),
            *("Hugues Malaval", "gérant", "lent"),
        ),
        Fiche(
            *("Biscuiterie Saint-Nectaire", "SARL", "11 rue du Thermal", "63710 Saint-Nectaire"),
            *("Manon Dufau", "direction", "muet"),
        ),
        Fiche(
            *("Van Houten Logistics BV", "BV", "Havenstraat 112", "3011 Rotterdam"),
            *("Pieter de Groot", "accounts payable", "tardif"),
            pays="NL",
        ),
        Fiche(
            *("Grossisterie Ardennaise", "SRL", "Rue de la Gare 8", "6600 Bastogne"),
            *("Benoît Lambert", "comptabilité", "tardif"),
            pays="BE",
        ),
        public(
            "Centre hospitalier du Haut-Livradois", "12 avenue du Dauphiné", "63600 Ambert",
            "Service des achats", paie="lent",
        ),
        public(
            "Syndicat mixte du Bois de l'Aumône", "3 allée du Rez-de-Chaussée", "63200 Riom",
            "Comptabilité", paie="ponctuel",
        ),
        particulier("Jacqueline Besson", "17 rue Pascal", "63000 Clermont-Ferrand"),
    ),
}  # fmt: skip
