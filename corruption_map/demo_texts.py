"""The words of the made-up rows, in Kazakh, Russian and English."""

from dataclasses import dataclass

Texts = dict[str, str]

MARKS = {"kk": "Демонстрация", "ru": "Демонстрация", "en": "Demonstration"}


def _t(kk: str, ru: str, en: str) -> Texts:
    return {"kk": kk, "ru": ru, "en": en}


def example(texts: Texts) -> Texts:
    """Return a text that says in each language that it is made up."""
    return {code: f"{MARKS[code]}: {text}" for code, text in texts.items()}


def joined(first: Texts, second: Texts) -> Texts:
    return {code: f"{first[code]} – {second[code]}" for code in first}


@dataclass(frozen=True)
class Process:
    name: Texts
    # Codes of the spheres where it occurs; none for any.
    spheres: tuple[str, ...] = ()


@dataclass(frozen=True)
class Weakness:
    risk: Texts
    detail: Texts
    measure: Texts


@dataclass(frozen=True)
class Remark:
    text: Texts
    reply: Texts


@dataclass(frozen=True)
class Post:
    title: Texts
    functions: Texts
    reason: Texts


PROCESSES = [
    Process(
        _t("рұқсат беру", "выдача разрешений", "issuing permits"),
        ("construction", "business", "subsoil", "transport"),
    ),
    Process(
        _t("сатып алу конкурсы", "конкурс закупок", "procurement tender"),
        ("procurement", "quasi_public", "roads", "healthcare"),
    ),
    Process(
        _t("жер учаскесін беру", "предоставление земельного участка", "allotting land"),
        ("land", "agriculture"),
    ),
    Process(
        _t("тексеру жүргізу", "проведение проверки", "carrying out inspections"),
        ("business", "customs", "law_enforcement", "transport"),
    ),
    Process(
        _t("субсидия төлеу", "выплата субсидий", "paying subsidies"),
        ("agriculture", "budget", "social_services"),
    ),
    Process(_t("жұмысқа қабылдау", "приём на работу", "hiring"), ("hr", "education")),
    Process(
        _t(
            "орындалған жұмысты қабылдау",
            "приёмка выполненных работ",
            "accepting works",
        ),
        ("construction", "roads", "utilities", "housing"),
    ),
    Process(
        _t("кезек жүргізу", "ведение очереди", "keeping a waiting list"),
        ("housing", "healthcare", "education", "social_services"),
    ),
    Process(
        _t("мүлікті жалға беру", "сдача имущества в аренду", "letting property"),
        ("quasi_public", "sport_culture", "land"),
    ),
    Process(
        _t("айыппұл салу", "наложение штрафов", "imposing fines"),
        ("law_enforcement", "customs", "transport"),
    ),
    Process(
        _t("құжат беру", "выдача документов", "issuing documents"),
        ("public_services", "migration", "digitalisation"),
    ),
    Process(
        _t("бюджетті жоспарлау", "планирование бюджета", "planning the budget"),
        ("budget", "ppp", "defence"),
    ),
]

WEAKNESSES = [
    Weakness(
        _t(
            "шешім шарттары ережеде жазылмаған",
            "условия решения не записаны в правилах",
            "the rules do not state the conditions of the decision",
        ),
        _t(
            "Қызметкер өтінішті өз қалауымен мақұлдай да, қайтара да алады.",
            "Сотрудник может одобрить или вернуть заявление по своему усмотрению.",
            "An official may approve or return an application at will.",
        ),
        _t(
            "шешім шарттарын ережеге енгізу",
            "записать условия решения в правила",
            "write the conditions of the decision into the rules",
        ),
    ),
    Weakness(
        _t(
            "бір қызметкер өзі шешеді және өзі тексереді",
            "один сотрудник сам решает и сам проверяет",
            "one official both decides and checks",
        ),
        _t(
            "Шешімді екінші адам қарамайды, сондықтан қате байқалмай қалады.",
            "Решение не смотрит второй человек, поэтому ошибка остаётся незамеченной.",
            "No second person sees the decision, so a mistake goes unnoticed.",
        ),
        _t(
            "шешім мен тексеруді екі қызметкерге бөлу",
            "разделить решение и проверку между двумя сотрудниками",
            "give decision and check to two officials",
        ),
    ),
    Weakness(
        _t(
            "мерзімдер бақыланбайды",
            "сроки не контролируются",
            "deadlines are not watched",
        ),
        _t(
            "Өтініштер кезектен тыс қаралуы мүмкін.",
            "Заявления могут рассматриваться вне очереди.",
            "Applications may be dealt with out of turn.",
        ),
        _t(
            "мерзімдерді жүйеде автоматты түрде бақылау",
            "контролировать сроки в системе автоматически",
            "let the system watch the deadlines",
        ),
    ),
    Weakness(
        _t(
            "өтініштер қағаз түрінде қабылданады",
            "заявления принимаются на бумаге",
            "applications are taken on paper",
        ),
        _t(
            "Қағаз құжаттың келген уақыты кейін өзгертілуі мүмкін.",
            "Время поступления бумаги можно изменить задним числом.",
            "The time at which a paper came in can be changed later.",
        ),
        _t(
            "өтініштерді тек электрондық түрде қабылдау",
            "принимать заявления только в электронном виде",
            "take applications electronically only",
        ),
    ),
    Weakness(
        _t(
            "нәтижелер жарияланбайды",
            "результаты не публикуются",
            "results are not published",
        ),
        _t(
            "Қатысушылар кімнің және неліктен жеңгенін көрмейді.",
            "Участники не видят, кто и почему победил.",
            "Those who took part do not see who won and why.",
        ),
        _t(
            "нәтижелерді бес күн ішінде жариялау",
            "публиковать результаты в течение пяти дней",
            "publish the results within five days",
        ),
    ),
    Weakness(
        _t(
            "мүдделер қақтығысы тексерілмейді",
            "конфликт интересов не проверяется",
            "conflicts of interest are not checked",
        ),
        _t(
            "Комиссия мүшелері мүдделері туралы мәлімдемейді.",
            "Члены комиссии не заявляют о своих интересах.",
            "Members of the commission do not declare their interests.",
        ),
        _t(
            "комиссия мүшелері үшін мүдделер туралы мәлімдеме енгізу",
            "ввести заявление об интересах для членов комиссии",
            "have members of the commission declare their interests",
        ),
    ),
    Weakness(
        _t(
            "екі жүйедегі деректер сәйкес келмейді",
            "данные двух систем расходятся",
            "the data of two systems differ",
        ),
        _t(
            "Айырмашылықты қызметкер қолмен түзетеді.",
            "Расхождения сотрудник исправляет вручную.",
            "An official mends the differences by hand.",
        ),
        _t(
            "екі жүйені біріктіру",
            "объединить две системы",
            "join the two systems",
        ),
    ),
    Weakness(
        _t(
            "бас тарту себебі көрсетілмейді",
            "причина отказа не указывается",
            "refusals give no reason",
        ),
        _t(
            "Өтініш беруші шешімге шағымдана алмайды.",
            "Заявитель не может обжаловать решение.",
            "The applicant cannot appeal against the decision.",
        ),
        _t(
            "бас тарту себебін міндетті түрде көрсету",
            "сделать причину отказа обязательной",
            "make the reason of a refusal obligatory",
        ),
    ),
    Weakness(
        _t(
            "баға нарықпен салыстырылмайды",
            "цена не сравнивается с рынком",
            "prices are not compared with the market",
        ),
        _t(
            "Баға бір ұсыныс бойынша белгіленеді.",
            "Цена определяется по одному предложению.",
            "The price is set after a single offer.",
        ),
        _t(
            "кемінде үш баға ұсынысын сұрату",
            "запрашивать не менее трёх ценовых предложений",
            "ask for three offers at least",
        ),
    ),
    Weakness(
        _t(
            "шағымдарды қарау тәртібі жоқ",
            "нет порядка рассмотрения жалоб",
            "there is no procedure for complaints",
        ),
        _t(
            "Шағымды сол қызметкердің өзі қарайды.",
            "Жалобу рассматривает тот же сотрудник.",
            "The same official deals with the complaint.",
        ),
        _t(
            "шағымдарды қарау тәртібін бекіту",
            "утвердить порядок рассмотрения жалоб",
            "approve a procedure for complaints",
        ),
    ),
]

REASONS = [
    _t(
        "ішкі талдау нәтижесі",
        "итог внутреннего анализа",
        "outcome of an internal analysis",
    ),
    _t("бұйрықтың көшірмесі", "копия приказа", "copy of the order"),
    _t(
        "шағымдар саны азаяды",
        "число жалоб снижается",
        "the number of complaints falls",
    ),
    _t(
        "жаңа жүйе әлі іске қосылмаған",
        "новая система ещё не запущена",
        "the new system is not running yet",
    ),
    _t("бұйрық", "приказ", "order"),
    _t(
        "жұмыстың жартысы аяқталды",
        "половина работы выполнена",
        "half of the work is done",
    ),
    _t(
        "құжаттар жұмыстың басталғанын растайды",
        "документы подтверждают начало работы",
        "the documents confirm that work has begun",
    ),
]
RETURNED = _t(
    "растайтын құжат жоқ",
    "нет подтверждающего документа",
    "there is no document to show it",
)

COMMENTS = [
    Remark(
        _t(
            "Кезек әлі де баяу жүріп жатыр.",
            "Очередь по-прежнему движется медленно.",
            "The queue still moves slowly.",
        ),
        _t(
            "Қосымша терезе ашылды, кезек қысқарады.",
            "Открыто дополнительное окно, очередь сократится.",
            "Another counter has opened; the queue will shorten.",
        ),
    ),
    Remark(
        _t(
            "Жаңа тәртіп туралы қайдан оқуға болады?",
            "Где можно прочитать о новом порядке?",
            "Where can I read about the new procedure?",
        ),
        _t(
            "Тәртіп органның сайтында жарияланған.",
            "Порядок опубликован на сайте органа.",
            "The procedure is published on the body's site.",
        ),
    ),
    Remark(
        _t(
            "Мерзім екінші рет ауыстырылды. Неліктен?",
            "Срок перенесён второй раз. Почему?",
            "The deadline was moved twice. Why?",
        ),
        _t(
            "Конкурс өтпей қалды, қайта жарияланды.",
            "Конкурс не состоялся и объявлен повторно.",
            "The tender failed and was announced again.",
        ),
    ),
    Remark(
        _t(
            "Электрондық өтініш жақсы жұмыс істейді.",
            "Электронное заявление работает хорошо.",
            "The electronic application works well.",
        ),
        _t("Рақмет.", "Спасибо.", "Thank you."),
    ),
]

POSTS = [
    Post(
        _t("бөлім басшысы", "руководитель отдела", "head of a division"),
        _t("рұқсатқа қол қою", "подписание разрешений", "signs permits"),
        _t("жеке-дара шешім қабылдайды", "решает единолично", "decides alone"),
    ),
    Post(
        _t("бас инспектор", "главный инспектор", "chief inspector"),
        _t("тексеру жүргізу", "проведение проверок", "carries out inspections"),
        _t(
            "кәсіпкерлермен тікелей қарым-қатынас",
            "прямой контакт с предпринимателями",
            "deals with businesses face to face",
        ),
    ),
    Post(
        _t(
            "сатып алу жөніндегі маман",
            "специалист по закупкам",
            "procurement specialist",
        ),
        _t(
            "техникалық ерекшелікті әзірлеу",
            "разработка технической спецификации",
            "writes technical specifications",
        ),
        _t(
            "жеңімпазды таңдауға әсер етеді",
            "влияет на выбор победителя",
            "influences who wins",
        ),
    ),
    Post(
        _t("кадр қызметінің маманы", "специалист кадровой службы", "staff officer"),
        _t("конкурс өткізу", "проведение конкурса", "runs competitions for posts"),
        _t(
            "кандидаттар туралы мәліметке қол жеткізеді",
            "имеет доступ к сведениям о кандидатах",
            "sees the particulars of candidates",
        ),
    ),
    Post(
        _t("бас бухгалтер", "главный бухгалтер", "chief accountant"),
        _t("төлем жүргізу", "проведение платежей", "makes payments"),
        _t(
            "бюджет қаражатын басқарады",
            "распоряжается бюджетными средствами",
            "disposes of budget funds",
        ),
    ),
]
