from django.urls import path
from django.views.generic import RedirectView

from recouvrement.equipe.views import (
    changements,
    comptes,
    creanciers,
    expediteurs,
    instance,
    journal,
    membres,
)

app_name = "equipe"
urlpatterns = [
    path("compte/moi/", comptes.compte, name="compte"),
    path("compte/telephone-perdu/", comptes.telephone_perdu, name="telephone_perdu"),
    path("compte/double/", comptes.double, name="double"),
    path("compte/moi/sessions/fermer/", comptes.fermer_sessions, name="fermer_sessions"),
    # L'adresse est l'identité : on n'en change pas seul. Les sessions sont dans « mon compte ».
    path("compte/email/", RedirectView.as_view(pattern_name="equipe:compte")),
    path("compte/sessions/", RedirectView.as_view(pattern_name="equipe:compte")),
    path("comptes/", instance.comptes, name="comptes"),
    path("comptes/<int:pk>/desactiver/", instance.desactiver, name="compte_desactiver"),
    path("comptes/<int:pk>/reactiver/", instance.reactiver, name="compte_reactiver"),
    path("comptes/<int:pk>/lien/", instance.donner_un_lien, name="compte_lien"),
    path("comptes/<int:pk>/", instance.compte, name="compte_detail"),
    path("comptes/<int:pk>/administrateur/", instance.nommer, name="administrateur_nommer"),
    path(
        "comptes/<int:pk>/administrateur/retirer/", instance.demettre, name="administrateur_retirer"
    ),
    path("comptes/<int:pk>/double/retirer/", instance.retirer_double, name="double_retirer"),
    path("comptes/messages/", instance.messages, name="messages"),
    path("comptes/messages/<int:pk>/", instance.message, name="message"),
    path("changement/<str:jeton>/", changements.lien, name="changement_lien"),
    path("instance/journal/", journal.de_l_instance, name="journal_instance"),
    path("instance/journal/verifier/", journal.verifier, name="journal_verifier"),
    path("instance/journal/export.<slug:genre>", journal.exporter, name="journal_exporter"),
    path("invitation/<str:jeton>/", comptes.invitation, name="invitation"),
    path("expediteur/<str:jeton>/", expediteurs.confirmer, name="expediteur"),
    path("creanciers/", creanciers.creanciers, name="creanciers"),
    path("creanciers/nouveau/", creanciers.nouveau, name="creancier_nouveau"),
    path("creanciers/<int:pk>/quota/", expediteurs.quota, name="quota"),
    path("<slug:creancier>/parametres/", creanciers.parametres, name="parametres"),
    path("<slug:creancier>/parametres/reglements/", creanciers.reglements, name="reglements"),
    path("<slug:creancier>/parametres/identite/", creanciers.identite, name="identite"),
    path("<slug:creancier>/parametres/envois/", creanciers.envois, name="envois"),
    path(
        "<slug:creancier>/parametres/expediteur/",
        expediteurs.verifier,
        name="expediteur_verifier",
    ),
    path("<slug:creancier>/parametres/journal/", journal.du_creancier, name="journal"),
    path("<slug:creancier>/parametres/archiver/", creanciers.archiver, name="archiver"),
    path("<slug:creancier>/parametres/rouvrir/", creanciers.rouvrir, name="rouvrir"),
    path(
        "<slug:creancier>/parametres/changements/<int:pk>/approuver/",
        changements.approuver,
        name="changement_approuver",
    ),
    path(
        "<slug:creancier>/parametres/changements/<int:pk>/refuser/",
        changements.refuser,
        name="changement_refuser",
    ),
    path(
        "<slug:creancier>/parametres/changements/<int:pk>/retirer/",
        changements.retirer,
        name="changement_retirer",
    ),
    path(
        "<slug:creancier>/parametres/changements/<int:pk>/defaire/",
        changements.defaire,
        name="changement_defaire",
    ),
    path("<slug:creancier>/parametres/image/<slug:nom>/", creanciers.image, name="image"),
    path("<slug:creancier>/parametres/equipe/", membres.equipe, name="equipe"),
    path("<slug:creancier>/parametres/equipe/inviter/", membres.inviter, name="inviter"),
    path(
        "<slug:creancier>/parametres/equipe/invitations/<int:pk>/revoquer/",
        membres.revoquer,
        name="invitation_revoquer",
    ),
    path("<slug:creancier>/parametres/equipe/<int:pk>/role/", membres.role, name="role"),
    path("<slug:creancier>/parametres/equipe/<int:pk>/retirer/", membres.retirer, name="retirer"),
]
