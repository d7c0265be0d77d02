// Any PASS_REQs to PASS_PAM's client half: what is well-formed is shown and asked, in its order and clean, and the
// reply has the answers; all else is declined before the person sees any of it.

#include "tests/fuzz/Judgement.hxx"
#include "tests/fuzz/LabUser.hxx"
#include "tests/fuzz/MethodLab.hxx"
#include "tests/fuzz/Require.hxx"

namespace {

using namespace netsane;

constexpr size_t max_messages = 32;
constexpr size_t max_text_bytes = 512;

MethodLab &lab()
{
    static MethodLab lab("pam");
    return lab;
}

/// The person: shown texts by style, and answers that are given as long as there are any.
struct Person {
    std::string styles; ///< as digits
    std::string answer;
    size_t patience = 0; ///< how many questions are answered

    bool prompt(PromptStyle style, std::string_view text, std::span<char> space)
    {
        require(text.size() < max_text_bytes, "a text has at most 512 bytes");
        require(std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ' && c != '\n') || c == 0x7f; }),
                "a text is shown without control characters");
        styles += static_cast<char>('0' + static_cast<int>(style));
        if (style == PromptStyle::Info || style == PromptStyle::Error)
            return true;
        return patience-- > 0 && answering(answer)(style, text, space);
    }
};

uint32_t styleOf(const std::vector<std::byte> &field)
{
    const std::vector<std::byte> zeros(3);
    const bool small = field.size() == 4 && std::equal(zeros.begin(), zeros.end(), field.begin());
    const auto style = small ? static_cast<uint32_t>(field.back()) : 0;
    return style <= 4 ? style : 0;
}

/// The styles of a request as digits; "-" if it isn't one.
std::string stylesOf(const OutFields &request)
{
    std::string styles;
    if (!isWithinLimits(request) || request.size() % 2 != 0 || request.size() > 2 * max_messages)
        return "-";
    for (size_t i = 0; i < request.size(); i += 2) {
        const uint32_t style = styleOf(request[i]);
        if (style == 0 || !isString(request[i + 1]) || request[i + 1].size() > max_text_bytes)
            return "-";
        styles += static_cast<char>('0' + style);
    }
    return styles;
}

bool isQuestion(char style)
{
    return style == '1' || style == '2';
}

/// False if the exchange has ended.
bool round(AuthExchange &client, Person &person, const OutFields &request)
{
    const std::string styles = stylesOf(request);
    const auto questions = static_cast<size_t>(std::ranges::count_if(styles, isQuestion));
    const bool answers = person.answer.size() < max_text_bytes && questions <= person.patience;
    const bool goes_on = styles != "-" && (questions == 0 || answers);
    person.styles.clear();
    OutFields reply;
    const AuthVerdict verdict = client.step(viewOf(request), reply);
    require(styles != "-" || person.styles.empty(), "what is malformed isn't shown");
    require(!goes_on || person.styles == styles, "everything is shown, in its order");
    require((verdict == AuthVerdict::Continue) == goes_on, "what is well-formed and answered goes on, nothing else");
    require(verdict != AuthVerdict::Internal && verdict != AuthVerdict::Ok, "a client declines what it can't do");
    require(reply == (goes_on ? OutFields(questions, stringField(person.answer)) : OutFields{}),
            "the reply is the answers");
    return goes_on;
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int *, char ***)
{
    lab().services.wanted_roles = NETSANE_ROLE_CLIENT;
    lab().load();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input(data, size);
    Person person;
    person.answer = input.typedText();
    person.patience = input.byte();
    const PromptCallback prompt = [&](PromptStyle style, std::string_view text, std::span<char> space) {
        return person.prompt(style, text, space);
    };
    AuthExchange client(lab().method(), Role::Client, {.user = "alice", .peer = {}, .prompt = prompt});
    while (round(client, person, input.fields()))
        if (input.atEnd())
            return 0;
    OutFields out;
    require(client.step({}, out) == AuthVerdict::Internal && out.empty(), "the end of an exchange is its end");
    return 0;
}
