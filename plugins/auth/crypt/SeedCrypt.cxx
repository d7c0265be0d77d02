#include "SeedCrypt.hxx"

#include <cstring>

namespace netsane {

namespace {

constexpr size_t seed_bytes = 2;

bool isOfAlphabet(std::string_view text) noexcept
{
    return text.find_first_not_of(seed_alphabet) == std::string_view::npos;
}

/// The string in a field, or nothing where it isn't one.
std::string_view stringIn(const netsane_field &field, size_t bytes) noexcept
{
    if (field.size != bytes + 1)
        return {};
    const auto *const text = static_cast<const char *>(field.data);
    return text[bytes] == '\0' ? std::string_view(text, bytes) : std::string_view();
}

} // namespace

bool isSeed(std::string_view text) noexcept
{
    return text.size() == seed_bytes && isOfAlphabet(text);
}

bool isDesForm(std::string_view text) noexcept
{
    return text.size() == des_form_bytes && isOfAlphabet(text);
}

bool isSeedField(const netsane_field &field) noexcept
{
    return isSeed(stringIn(field, seed_bytes));
}

bool isDesFormField(const netsane_field &field) noexcept
{
    return isDesForm(stringIn(field, des_form_bytes));
}

bool desCrypt(CryptWork &work, const char *phrase, std::string_view seed, DesForm &form) noexcept
{
    const char *const result = work.hash(phrase, seed);
    if (result == nullptr)
        return false;
    const std::string_view text(result);
    if (!isDesForm(text) || !text.starts_with(seed))
        return false;
    form[text.copy(form.data(), des_form_bytes)] = '\0';
    return true;
}

bool computeResponses(CryptWork &work, const DesForm &stored, std::string_view second_seed, std::string_view third_seed,
                      Responses &responses) noexcept
{
    constexpr size_t first_start = 2;
    constexpr size_t second_start = 5;
    return desCrypt(work, stored.data() + first_start, second_seed, responses.first) &&
           desCrypt(work, stored.data() + second_start, third_seed, responses.second);
}

} // namespace netsane
