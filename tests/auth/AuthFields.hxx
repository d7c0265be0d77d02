// Fields of auth messages for tests.

#pragma once

#include "auth/AuthExchange.hxx"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace netsane {

using OutFields = std::vector<std::vector<std::byte>>;

/// Fields as they would come from the peer: string fields with their NUL.
class InFields {
public:
    InFields() = default;
    explicit InFields(const std::vector<std::string> &texts) : texts_(texts)
    {
        for (const std::string &text : texts_)
            fields_.push_back(std::as_bytes(std::span(text.c_str(), text.size() + 1)));
    }
    InFields(const InFields &) = delete;
    InFields &operator=(const InFields &) = delete;

    operator std::span<const AuthField>() const { return fields_; }

private:
    std::vector<std::string> texts_;
    std::vector<AuthField> fields_;
};

/// The fields as texts; a NUL at the end shows as "$".
inline std::vector<std::string> textsOf(const OutFields &fields)
{
    std::vector<std::string> texts;
    for (const std::vector<std::byte> &field : fields) {
        std::string text(reinterpret_cast<const char *>(field.data()), field.size());
        std::ranges::replace(text, '\0', '$');
        texts.push_back(text);
    }
    return texts;
}

/// The peer's fields out as one's own fields in.
inline std::vector<AuthField> viewOf(const OutFields &fields)
{
    return {fields.begin(), fields.end()};
}

/// Answers every question with the same text.
inline PromptCallback answering(const std::string &text)
{
    return [text](PromptStyle, std::string_view, std::span<char> answer) {
        if (text.size() >= answer.size())
            return false;
        std::ranges::copy(text, answer.begin());
        answer[text.size()] = '\0';
        return true;
    };
}

} // namespace netsane
