// Commodités : tout ce qui suit a son équivalent sans script. Une touche actionne ce que montre son <kbd>.
const un = (s, o = document) => o.querySelector(s)
const tous = (s, o = document) => [...o.querySelectorAll(s)]
const CACHE = "touches-coupees"

// ---- touches
const SAISIE =
  "input:not([type=checkbox],[type=radio],[type=button],[type=submit]), select, textarea, [contenteditable]"
const LIGNES = "main .file li > a, main .registre tbody th a, main [data-ligne]"
const ISSUES = { p: "promet", l: "conteste" }
let prefixe = ""
let oubli

const coupees = () => localStorage.getItem(CACHE) === "1"
const inerte = (e) => e.disabled || e.getAttribute("aria-disabled") === "true"
const propre = (t) => t.trim().toLowerCase()

// Le contrôle qui porte la touche : data-touche d’abord, puis le <kbd> écrit dedans ; la page avant le cadre.
function porteur(touche) {
  const nom = CSS.escape(touche)
  const nomme = (o) => un(`[data-touche="${nom}"]`, o)
  const ecrit = (o) => tous("kbd", o).find((k) => !k.closest(".touches") && propre(k.textContent) === touche)
  const page = un("main") ?? document
  const trouve = nomme(page) ?? ecrit(page) ?? nomme(document) ?? ecrit(document)
  return trouve?.closest("kbd") ? trouve.closest("label, button, a, summary") : trouve
}

function actionner(element) {
  const cible = element instanceof HTMLLabelElement ? element.control : element
  if (!cible || inerte(cible)) return false
  if (cible.matches(SAISIE)) cible.focus()
  else {
    cible.click()
    if (cible.matches("[type=radio]")) suite(cible)
  }
  return true
}

// Une issue choisie : le premier champ qu’elle ouvre attend la saisie.
function suite(radio) {
  radio.focus()
  const ouverte = tous(".suite", radio.form ?? document).find((s) => s.offsetParent)
  un(SAISIE, ouverte ?? document.createElement("p"))?.focus()
}

function parcourir(pas) {
  const lignes = tous(LIGNES).filter((l) => l.offsetParent)
  if (!lignes.length) return false
  const ici = lignes.indexOf(document.activeElement)
  const depart = ici >= 0 ? ici : lignes.findIndex((l) => l.hasAttribute("aria-current"))
  const but = lignes[Math.min(Math.max(depart + pas, 0), lignes.length - 1)]
  but.focus()
  but.scrollIntoView({ block: "nearest" })
  return true
}

function enregistrer() {
  // Un champ peut désigner son formulaire (attribut form) au lieu d’y être.
  const sien = document.activeElement?.form
  const formulaire = sien?.matches("main form[method=post]")
    ? sien
    : document.activeElement?.closest("main form[method=post]") ??
      un("main form.appel, main form[data-suivant]")
  if (!formulaire) return false
  const bouton = tous("button.principal, [type=submit]", formulaire)[0]
  if (bouton && inerte(bouton)) return false
  formulaire.requestSubmit(bouton)
  return true
}

function executer(touche) {
  if (touche === "?") return un("#touches")?.showModal(), true
  if (touche === "/") return un("#q")?.focus(), un("#q")?.select(), true
  const element = porteur(touche)
  if (element && actionner(element)) return true
  if (touche === "j" || touche === "k") return parcourir(touche === "j" ? 1 : -1)
  if (touche === "a") return un(".issues input, .issues button")?.focus() ?? false
  const issue = ISSUES[touche] && un(`.issues [name=issue][value=${ISSUES[touche]}]`)
  return issue ? actionner(issue) : false
}

document.addEventListener("keydown", (e) => {
  if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
    if (!un("dialog[open]") && enregistrer()) e.preventDefault()
    return
  }
  if (e.key === "Escape") for (const menu of tous("details.deroulant[open]")) {
    menu.open = false
    un("summary", menu).focus()
  }
  if (e.ctrlKey || e.metaKey || e.altKey || e.key.length !== 1 || e.isComposing) return
  if (un("dialog[open]") || e.target.matches?.(SAISIE)) return
  if (coupees() && e.key !== "?") return
  const touche = prefixe + e.key.toLowerCase()
  prefixe = ""
  clearTimeout(oubli)
  if (touche === "g") {
    prefixe = "g "
    oubli = setTimeout(() => { prefixe = "" }, 1500)
  } else if (executer(touche)) e.preventDefault()
})

// ---- clics
document.addEventListener("click", (e) => {
  if (!e.target.closest?.("[aria-disabled=true]")) return
  e.preventDefault()
  e.stopImmediatePropagation()
}, true)

document.addEventListener("click", (e) => {
  const commande = e.target.closest?.("[commandfor]")
  if (commande && !("commandForElement" in HTMLButtonElement.prototype)) {
    const cible = document.getElementById(commande.getAttribute("commandfor"))
    if (commande.getAttribute("command") === "show-modal") cible?.showModal()
    else cible?.close?.()
  }
  for (const menu of tous("details.deroulant[open]")) if (!menu.contains(e.target)) menu.open = false
  if (e.target.closest?.("[data-fermer]")) e.target.closest(".annuler, .avis")?.remove()
})

document.addEventListener("change", (e) => {
  const champ = e.target
  if (champ.matches("[data-coupe-touches]")) localStorage.setItem(CACHE, champ.checked ? "0" : "1")
  if (champ.matches("thead [type=checkbox]"))
    for (const c of tous("tbody td:first-child [type=checkbox]:not(:disabled)", champ.closest("table")))
      c.checked = champ.checked
  if (champ.matches("form[data-direct] *")) champ.form.requestSubmit()
  const barre = champ.form && un(".selection [data-compte]", champ.form)
  if (barre) compter(barre, champ.form)
})

// Ce qui est coché, dit dans la barre ; sans script, la phrase d’aide y reste.
function compter(barre, formulaire) {
  barre.dataset.aide ??= barre.textContent
  const nombre = tous("tbody td:first-child :checked", formulaire).length
  const [un_, plusieurs] = barre.dataset.mot.split(",")
  barre.classList.toggle("discret", !nombre)
  barre.textContent = nombre ? `${nombre} ${nombre > 1 ? plusieurs : un_}` : barre.dataset.aide
}

// Une recherche ne garde dans l’adresse que ce qui est demandé.
document.addEventListener("formdata", (e) => {
  if (!e.target.matches("form.filtres, form.recherche") || e.target.method !== "get") return
  for (const [nom, valeur] of [...e.formData]) if (valeur === "") e.formData.delete(nom)
})

// ---- annonces : dix secondes, tant que personne n’est dessus
function minuter(annonce) {
  if (annonce.dataset.minutee || annonce.hasAttribute("data-reste")) return
  annonce.dataset.minutee = "1"
  let reste
  const lancer = () => { reste = setTimeout(() => annonce.remove(), 10_000) }
  for (const type of ["mouseenter", "focusin"]) annonce.addEventListener(type, () => clearTimeout(reste))
  for (const type of ["mouseleave", "focusout"]) annonce.addEventListener(type, lancer)
  lancer()
}

function preparer(racine) {
  tous(".annuler", racine).forEach(minuter)
  tous("[data-coupe-touches]", racine).forEach((c) => { c.checked = !coupees() })
}

// ---- où va le curseur : la première erreur, sinon ce que le fragment désigne
const viser = (racine) =>
  (un("[aria-invalid=true]", racine) ?? un("[data-viser], [autofocus]", racine))?.focus()

document.addEventListener("htmx:afterSettle", (e) => {
  const fragment = e.detail.elt?.isConnected ? e.detail.elt : e.detail.target
  if (!fragment?.isConnected || fragment.closest(".annonces")) return
  viser(fragment)
  if (document.activeElement === document.body) {
    const titre = un("h1, h2, h3", fragment)
    if (titre) titre.tabIndex = -1, titre.focus()
  }
})
document.addEventListener("htmx:load", (e) => preparer(e.detail.elt.parentElement ?? document))

preparer(document)
if (un("main [aria-invalid=true]")) viser(un("main"))
