// One table of a TOML file, read key by key with the type, range and shape that each key must have.
//
// For the .cxx files of readers only, since it brings toml++ along. Refers to a parsed document that must outlive it.
// Every read…() leaves the value as it is when the key is absent, and throws ConfigError naming file, line and key when
// it is wrong.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <vector>

namespace netsane {

// Looks at one string; throws std::invalid_argument saying what is wrong with it.
using StringCheck = std::function<void(const std::string &)>;

class TomlSection {
public:
    // name: as shown in messages, "sane"; empty for the document itself.
    TomlSection(const toml::table &table, std::string name, std::string file);

    void readString(std::string_view key, std::string &value, const StringCheck &check = {});
    // The same, and "" is a value, too, which isn't checked.
    void readStringOrEmpty(std::string_view key, std::optional<std::string> &value, const StringCheck &check = {});
    void readBool(std::string_view key, bool &value);
    void readSeconds(std::string_view key, std::chrono::seconds &value, std::int64_t min, std::int64_t max);

    template<typename Integer>
    void readInteger(std::string_view key, Integer &value, std::int64_t min, std::int64_t max)
    {
        value = static_cast<Integer>(integer(key, static_cast<std::int64_t>(value), min, max));
    }

    enum class EmptyList { possible, refused };
    enum class Repeated { refused, allowed };
    // Every string is checked; no string may stand there twice, unless that is allowed.
    void readList(std::string_view key, std::vector<std::string> &value, EmptyList empty, const StringCheck &check = {},
                  Repeated repeated = Repeated::refused);

    // The table under a key, [key]; nullptr when absent.
    const toml::table *table(std::string_view key);
    // The tables under a key, [[key]]; none when absent.
    std::vector<const toml::table *> tables(std::string_view key);

    // A scalar that is there, as text: integers in decimal, booleans as "true" and "false".
    std::string scalarText(std::string_view key);

    // At the end: throws if there is a key that nothing has read.
    void refuseOtherKeys() const;

    // Throws a ConfigError about a key that is there.
    [[noreturn]] void fail(std::string_view key, const std::string &what) const;

    const std::string &file() const noexcept { return file_; }

private:
    const toml::node *take(std::string_view key);
    std::int64_t integer(std::string_view key, std::int64_t value, std::int64_t min, std::int64_t max);
    std::string string(std::string_view key, const toml::node &node, const StringCheck &check) const;
    [[noreturn]] void failAt(const toml::source_region &source, std::string_view key, const std::string &what) const;

    const toml::table &table_;
    std::string name_;
    std::string file_;
    std::set<std::string, std::less<>> taken_; // keys that were asked for
};

} // namespace netsane
