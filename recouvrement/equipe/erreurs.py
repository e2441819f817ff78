from recouvrement.socle.erreurs import ErreurMetier


class CodePris(ErreurMetier):
    message = "Ce code est déjà celui d'un autre créancier."


class DernierGestionnaire(ErreurMetier):
    message = "C'est le dernier gestionnaire de ce créancier : donnez d'abord ce rôle à un autre."


class DernierAdministrateur(ErreurMetier):
    message = "C'est le dernier administrateur de l'instance : il ne peut pas être désactivé."


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


class ExpediteurRefuse(ErreurMetier):
    message = "Cette adresse d'expéditeur ne peut pas être vérifiée."


class VerificationClose(ErreurMetier):
    message = "Ce lien n'est plus valable : demandez un nouveau message de vérification."


class ReserveAuxVraisComptes(ErreurMetier):
    message = (
        "Un compte de démonstration ne touche qu'à la démonstration : son mot de passe est publié. "
        "Entrez avec un compte à vous (manage.py creer_administrateur)."
    )
