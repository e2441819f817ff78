from recouvrement.socle.erreurs import ErreurMetier


class CodePris(ErreurMetier):
    message = "Ce code est déjà celui d'un autre créancier."


class DernierGestionnaire(ErreurMetier):
    message = (
        "C'est le dernier gestionnaire de ce créancier : donnez d'abord ce rôle à un autre ; "
        "nommé par un seul, il en tiendra lieu au bout de vingt-quatre heures."
    )


class DernierAdministrateur(ErreurMetier):
    message = "C'est le dernier administrateur : nommez-en d'abord un autre."


class CreancierArchive(ErreurMetier):
    message = "Ce créancier est archivé : rien ne part en son nom."


class DejaMembre(ErreurMetier):
    message = "Cette personne a déjà accès à ce créancier : changez plutôt son rôle."


class InvitationClose(ErreurMetier):
    message = "Cette invitation n'est plus valable : demandez-en une nouvelle."


class CompteExistant(ErreurMetier):
    message = "Un compte existe déjà pour cette adresse : connectez-vous pour accepter."


class CompteDesactive(ErreurMetier):
    message = "Ce compte est désactivé : réactivez-le d'abord."


class ImageRefusee(ErreurMetier):
    message = "Cette image ne convient pas."


class DejaDemande(ErreurMetier):
    message = "Un changement attend déjà sur ce point : qu'il soit décidé ou retiré d'abord."

    def __init__(self, *, sujet: str) -> None:
        self.sujet = sujet
        super().__init__()


class EnvoisArretes(ErreurMetier):
    message = (
        "Les envois sont arrêtés : l'avis de ce changement ne partirait pas, ni le lien qui le "
        "défait. Refaites-le quand ils auront repris."
    )

    def __init__(self, *, sujet: str) -> None:
        self.sujet = sujet
        super().__init__()


class PropreDemande(ErreurMetier):
    message = "C'est votre propre demande : un autre gestionnaire doit la décider."


class DemandeClose(ErreurMetier):
    message = "Cette demande n'attend plus : elle a été décidée, retirée, ou elle a expiré."


class DemandeurParti(ErreurMetier):
    message = "La personne qui l'a demandé n'est plus gestionnaire : la demande ne vaut plus."


class NommeParUnSeul(ErreurMetier):
    message = (
        "Un seul gestionnaire vous a nommé, et peut encore s'en dédire : votre accord comptera "
        "vingt-quatre heures après cette nomination."
    )


class PasGestionnaire(ErreurMetier):
    message = "Seul un gestionnaire de ce créancier peut en décider."


class ValeurChangee(ErreurMetier):
    message = "La valeur a changé depuis cette demande : refusez-la, puis refaites-la."


class PlusDefaisable(ErreurMetier):
    message = "Ce changement ne se défait plus : le délai est passé, ou il est déjà défait."


class PasPourSoi(ErreurMetier):
    message = "Un autre administrateur existe : lui seul peut retirer votre application de codes."


class SansDouble(ErreurMetier):
    message = "Ce compte n'a pas de double authentification : il n'y a rien à retirer."


class ExpediteurRefuse(ErreurMetier):
    message = "Cette adresse d'expéditeur ne peut pas être vérifiée."


class VerificationClose(ErreurMetier):
    message = "Ce lien n'est plus valable : demandez un nouveau message de vérification."


class ReserveAuxVraisComptes(ErreurMetier):
    message = (
        "Un compte de démonstration ne touche qu'à la démonstration : son mot de passe est publié. "
        "Entrez avec un compte à vous (manage.py creer_administrateur)."
    )
