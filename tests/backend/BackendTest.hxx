// libsane-netsane as a frontend has it: loaded with dlopen, against a FakeServer. And what several tests of it need.
#pragma once

#include "../client/FakeServer.hxx"
#include "BackendLibrary.hxx"

#include <chrono>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

namespace netsane::test {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// What authorize() was asked, and what it answers; forgotten before each test.
inline int authorizations = 0;
inline std::string asked_resource;
inline std::string offered_user; // stood in the buffer
inline const char *answered_user = "";

void authorize(SANE_String_Const resource, SANE_Char *user, SANE_Char *password);

std::vector<std::byte> pattern(std::size_t size);

// Waits for at most 10 seconds.
bool eventually(const std::function<bool()> &condition);

class BackendTest : public ::testing::Test {
protected:
    // A folder of its own, which is SANE's configuration folder and the person's home.
    void SetUp() override;
    void TearDown() override;

    // sane_init with this netsane.conf.
    void init(const std::string &config = "", SANE_Auth_Callback callback = nullptr);

    SANE_Handle openDevice(const std::string &name);
    SANE_Handle openDevice() { return openDevice(server.name() + ":test:0"); }

    // Reads until the status isn't GOOD.
    std::vector<std::byte> readAll(SANE_Handle handle, SANE_Int piece, SANE_Status &status);

    FakeServer server;
    std::string folder;
    std::unique_ptr<BackendLibrary> library;
};

} // namespace netsane::test
