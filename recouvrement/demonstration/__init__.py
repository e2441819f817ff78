"""La démonstration : trois créanciers fictifs et dix-huit mois de leur histoire, datés du jour.

Rien n'est posé à la main : chaque fait est joué par sa vraie action, à l'heure où il serait
arrivé, avec le vrai planificateur et le vrai composeur de messages. Même graine, même histoire.
"""
