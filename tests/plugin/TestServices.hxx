// PluginServices for tests: a configuration from a map, a clock that stands still, a log to look into.

#pragma once

#include "plugin/PluginServices.hxx"

#include <map>
#include <string>
#include <vector>

namespace netsane {

class TestServices : public PluginServices {
public:
    void log(PluginLogLevel level, std::string_view module, std::string_view text) override
    {
        lines.push_back(std::to_string(static_cast<unsigned>(level)) + " " + std::string(module) + ": " +
                        std::string(text));
    }
    std::optional<std::string> configValue(PluginKind kind, std::string_view method, std::string_view key) override
    {
        const auto place =
            values.find(std::string(kindName(kind)) + "." + std::string(method) + "." + std::string(key));
        return place != values.end() ? std::optional(place->second) : std::nullopt;
    }
    uint32_t roles() const override { return wanted_roles; }
    bool allowTestOnly() const override { return test_only; }
    std::chrono::milliseconds monotonicNow() const override { return now; }
    int64_t wallSeconds() const override { return 1234567890; }

    std::string log() const
    {
        std::string text;
        for (const std::string &line : lines)
            text += line + "\n";
        return text;
    }

    std::map<std::string, std::string> values; ///< "auth.unix.file"
    std::vector<std::string> lines;            ///< level, module, text
    uint32_t wanted_roles = NETSANE_ROLE_SERVER | NETSANE_ROLE_CLIENT;
    bool test_only = true;
    std::chrono::milliseconds now{1000};
};

} // namespace netsane
