//! The text that goes with a link which is handed over by hand, in the languages that people here write in most.

use serde::Serialize;

use super::person::{Person, Step};

/// A text with the language that it is in.
#[derive(Serialize)]
pub(super) struct Letter {
    pub(super) language: &'static str,
    pub(super) text_to_send: &'static str,
}

const LETTERS: [(&str, &str); 8] = [
    (
        "en",
        "Your identity verification is not finished yet. Please go on at this link: LINK. It takes about two minutes; have your \
         passport or ID card at hand. The link is for you alone.",
    ),
    (
        "de",
        "Ihre Identitätsprüfung ist noch nicht abgeschlossen. Bitte machen Sie unter diesem Link weiter: LINK. Es dauert etwa \
         zwei Minuten; halten Sie Reisepass oder Ausweis bereit. Der Link ist nur für Sie.",
    ),
    (
        "es",
        "Su verificación de identidad aún no está terminada. Continúe en este enlace: LINK. Tarda unos dos minutos; tenga a mano \
         su pasaporte o documento de identidad. El enlace es solo para usted.",
    ),
    (
        "fr",
        "Votre vérification d'identité n'est pas encore terminée. Continuez avec ce lien : LINK. Cela prend environ deux minutes ; \
         préparez votre passeport ou votre carte d'identité. Ce lien est pour vous seulement.",
    ),
    (
        "it",
        "La verifica della Sua identità non è ancora completa. Continui a questo link: LINK. Bastano circa due minuti; tenga a \
         portata di mano il passaporto o la carta d'identità. Il link è solo per Lei.",
    ),
    (
        "nl",
        "Uw identiteitscontrole is nog niet afgerond. Ga verder via deze link: LINK. Het duurt ongeveer twee minuten; houd uw \
         paspoort of identiteitskaart bij de hand. De link is alleen voor u.",
    ),
    (
        "pl",
        "Weryfikacja tożsamości nie jest jeszcze zakończona. Prosimy kontynuować pod tym linkiem: LINK. Zajmie to około dwóch \
         minut; prosimy przygotować paszport lub dowód osobisty. Link jest tylko dla tej osoby.",
    ),
    (
        "pt",
        "A sua verificação de identidade ainda não está concluída. Continue neste link: LINK. Demora cerca de dois minutos; tenha o \
         passaporte ou o documento de identidade à mão. O link é só para si.",
    ),
];

/// The texts as lines, one for each language that is needed.
pub(super) fn text(people: &[Person]) -> String {
    let mut text = String::new();
    for letter in of(people) {
        text.push_str(&format!(
            "\nText to send ({}): {}",
            letter.language, letter.text_to_send
        ));
    }
    text
}

/// The texts that these people need. English stands for languages that are not here, and where none is known.
pub(super) fn of(people: &[Person]) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::new();
    let is_by_hand = |step| {
        matches!(
            step,
            Step::HandOver | Step::NewLink | Step::Mail { is_new: false }
        )
    };
    let by_hand = people.iter().filter(|person| is_by_hand(person.step));
    for person in by_hand {
        let (language, text_to_send) = letter(person.language.as_deref());
        if letters.iter().all(|known| known.language != language) {
            letters.push(Letter {
                language,
                text_to_send,
            });
        }
    }
    letters
}

fn letter(language: Option<&str>) -> (&'static str, &'static str) {
    let wanted = language.and_then(|language| language.split('-').next());
    let [english, others @ ..] = LETTERS;
    others
        .into_iter()
        .find(|(known, _)| Some(*known) == wanted)
        .unwrap_or(english)
}

#[cfg(test)]
mod tests {
    use super::{LETTERS, letter};

    #[test]
    fn each_text_has_one_place_for_the_link() {
        for (language, text) in LETTERS {
            assert_eq!(text.matches("LINK").count(), 1, "{language}");
        }
        assert_eq!(letter(Some("pt-BR")).0, "pt");
        assert_eq!(letter(Some("zh-CN")).0, "en");
        assert_eq!(letter(None).0, "en");
    }
}
