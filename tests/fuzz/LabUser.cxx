#include "tests/fuzz/LabUser.hxx"

#include "tests/plugins/StoredForms.hxx"

#include <array>

namespace netsane {

namespace {

constexpr std::string_view salt_alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

std::array<unsigned, 8> desKey(const std::string &password)
{
    std::array<unsigned, 8> key{};
    for (size_t i = 0; i < std::min(password.size(), key.size()); ++i)
        key[i] = static_cast<unsigned char>(password[i]) & 0x7fU;
    return key;
}

LabUser make(const char *name, const char *password, const char *setting, bool locked = false)
{
    return {name, password, cryptOf(password, setting), locked};
}

} // namespace

bool LabUser::isSecret(const std::string &typed) const
{
    return hasDes() ? desKey(typed) == desKey(password) : typed == password;
}

const std::vector<LabUser> &labUsers()
{
    static const std::vector<LabUser> users{
        make("alice", "sesame", "$5$rounds=1000$saltsalt"),
        make("dora", "password", "AB"),
        make("mia", "open up", "$1$saltsalt"),
        make("lou", "sesame", "$1$saltsalt", true),
        make("dee", "password", "CD", true),
        {"nobody", "sesame", "", false},
    };
    return users;
}

std::string passwordFileOf(const std::vector<LabUser> &users)
{
    std::string text = "#secret:" + std::string(43, 's') + "\n";
    for (const LabUser &user : users)
        if (!user.stored.empty())
            text.append(user.name).append(user.locked ? ":!" : ":").append(user.stored).append("\n");
    return text;
}

std::string chooseSetting(FuzzInput &input)
{
    constexpr std::array<const char *, 3> prefixes{"", "$1$", "$5$rounds=1000$"};
    std::string setting = prefixes[input.choice(prefixes.size())];
    for (int i = 0; i < 2; ++i)
        setting += salt_alphabet[input.choice(salt_alphabet.size())];
    return setting;
}

std::string cryptForm(const std::string &password, const std::string &setting)
{
    const std::string stored = cryptOf(password, setting);
    return stored.starts_with('*') ? std::string() : stored;
}

OutFields cryptResponses(const std::string &stored, const std::string &second_seed, const std::string &third_seed)
{
    return {stringField(cryptOf(stored.substr(2), second_seed)), stringField(cryptOf(stored.substr(5), third_seed))};
}

std::vector<std::byte> stringField(const std::string &text)
{
    const auto bytes = std::as_bytes(std::span(text.c_str(), text.size() + 1));
    return {bytes.begin(), bytes.end()};
}

bool isString(const std::vector<std::byte> &field)
{
    return !field.empty() && std::ranges::find(field, std::byte{0}) == field.end() - 1;
}

std::string textOf(const std::vector<std::byte> &field)
{
    return reinterpret_cast<const char *>(field.data());
}

} // namespace netsane
