// What the tests of auth_pam share: a folder of PAM services of their own, and a login driven to its end.

#pragma once

#include "auth/AuthExchange.hxx"
#include "plugin/PluginHost.hxx"
#include "tests/auth/AuthFields.hxx"
#include "tests/plugin/ModuleFolder.hxx"
#include "tests/plugin/TestServices.hxx"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace netsane {

/// The messages of a PASS_REQ, "1 Password: " for each.
inline std::vector<std::string> messagesOf(const OutFields &fields)
{
    std::vector<std::string> texts;
    for (size_t i = 0; i + 1 < fields.size(); i += 2) {
        const std::vector<std::byte> &style = fields[i];
        const std::vector<std::byte> &text = fields[i + 1];
        EXPECT_EQ(style.size(), 4U);
        EXPECT_EQ(text.empty() ? std::byte{1} : text.back(), std::byte{0});
        texts.push_back(std::to_string(static_cast<unsigned>(style.back())) + " " +
                        reinterpret_cast<const char *>(text.data()));
    }
    EXPECT_EQ(fields.size() % 2, 0U);
    return texts;
}

class PamLogin : public testing::Test {
protected:
    struct Outcome {
        AuthVerdict verdict = AuthVerdict::Internal;
        std::vector<std::string> messages; ///< of all PASS_REQ; "--" behind each
        std::string identity;
        std::string reason;
        std::chrono::milliseconds wait{0};
    };

    PamLogin()
    {
        folder.add("auth_pam");
        services.test_only = false;
        services.values["auth.pam.confdir"] = folder.makeFolder("pam.d");
    }

    void write(const std::string &text, const std::string &name = "netsane", mode_t mode = 0644) const
    {
        folder.write("pam.d/" + name, text, mode);
    }

    /// A service whose authentication is a line of pam_scripted's arguments.
    void script(const std::string &arguments) const
    {
        write("auth required " + scripted() + " " + arguments + "\naccount required pam_permit.so\n");
    }
    static std::string scripted() { return std::string(TEST_MODULE_DIR) + "/pam_scripted.so"; }

    const Method &method() { return host.load(PluginKind::Auth, "pam"); }

    AuthExchange exchangeWith(AuthParameters parameters) { return {method(), Role::Server, std::move(parameters)}; }
    AuthExchange exchange(const std::string &user = "alice")
    {
        return exchangeWith({.user = user, .peer = "192.0.2.7"});
    }

    /// @param replies the answers of each PASS_RPLY; none where the list has ended
    static Outcome run(AuthExchange login, const std::vector<std::vector<std::string>> &replies = {})
    {
        constexpr size_t most_requests = 40;
        Outcome outcome;
        OutFields out;
        outcome.verdict = login.step({}, out);
        for (size_t i = 0; outcome.verdict == AuthVerdict::Continue && i < most_requests; ++i) {
            for (const std::string &message : messagesOf(out))
                outcome.messages.push_back(message);
            outcome.messages.emplace_back("--");
            outcome.verdict = login.step(InFields(i < replies.size() ? replies[i] : std::vector<std::string>{}), out);
        }
        outcome.identity = login.identity();
        outcome.reason = login.reason();
        outcome.wait = login.waitTime();
        return outcome;
    }

    std::string refusal()
    {
        PluginHost fresh(folder.path(), services);
        try {
            fresh.load(PluginKind::Auth, "pam");
        } catch (const PluginError &error) {
            return error.what();
        }
        return "(loaded)";
    }

    ModuleFolder folder;
    TestServices services;
    PluginHost host{folder.path(), services};
};

} // namespace netsane
