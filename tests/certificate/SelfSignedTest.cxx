#include "certificate/SelfSigned.hxx"

#include "certificate/Certificate.hxx"
#include "certificate/CertificateFolder.hxx"
#include "certificate/HostNames.hxx"
#include "os/UniqueFd.hxx"
#include "tests/plugin/ModuleFolder.hxx"

#include <algorithm>
#include <array>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdexcept>
#include <string_view>
#include <sys/file.h>
#include <thread>
#include <vector>

namespace netsane {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

template<class Call>
std::string errorOf(Call &&call)
{
    try {
        call();
    } catch (const std::exception &error) {
        return error.what();
    }
    return "(no error)";
}

TEST(SelfSigned, IsForTheNamesThatCanBeOnes)
{
    const SelfSigned made =
        makeSelfSigned({"scanner", "not a name", "scanner.example.org", "192.0.2.1", "2001:db8::1", "", "a\nb"});
    const Certificate certificate = readCertificate(made.certificate);
    EXPECT_THAT(certificate.names, ElementsAre("scanner", "scanner.example.org", "192.0.2.1", "2001:db8::1"));
    EXPECT_FALSE(certificate.expired);
    EXPECT_THAT(certificate.fingerprint, StartsWith("SHA256:"));
    EXPECT_EQ(certificate.fingerprint.size(), 7U + 64U);
    const std::string_view key(reinterpret_cast<const char *>(made.key.data()), made.key.size());
    EXPECT_THAT(key, StartsWith("-----BEGIN PRIVATE KEY-----\n"));
    EXPECT_THAT(errorOf([] { makeSelfSigned({"no name"}); }), HasSubstr("has no name"));
}

TEST(SelfSigned, IsAnotherOneEachTime)
{
    EXPECT_NE(readCertificate(makeSelfSigned({"a"}).certificate).fingerprint,
              readCertificate(makeSelfSigned({"a"}).certificate).fingerprint);
}

TEST(Certificate, IsTheFirstInItsFile)
{
    const SelfSigned first = makeSelfSigned({"first"});
    const SelfSigned second = makeSelfSigned({"second"});
    EXPECT_THAT(readCertificate("some text\n" + first.certificate + second.certificate).names, ElementsAre("first"));
}

TEST(Certificate, SaysWhatIsWrongWithAFile)
{
    const ModuleFolder folder;
    const std::string whole = makeSelfSigned({"a"}).certificate;
    for (const std::string &text : {std::string(), std::string("hello\n"), whole.substr(0, whole.size() / 2)}) {
        const std::string path = folder.write("file", text);
        EXPECT_THAT(errorOf([&] { readCertificateFile(path); }), StartsWith(path + ": there is no certificate"));
    }
    const std::string large = folder.write("large", std::string((1U << 20U) + 1, '\n'));
    EXPECT_THAT(errorOf([&] { readCertificateFile(large); }), HasSubstr("larger than 1048576 bytes"));
    EXPECT_THAT(errorOf([&] { readCertificateFile(folder.file("missing")); }), HasSubstr("missing: No such file"));
}

TEST(HostNames, AreTheHostsAndItsListeners)
{
    const auto names =
        hostNames({"192.0.2.7:6576", "[2001:db8::7]:1", "192.0.2.7:6577", "unix:/run/x", "[fe80::1]:2", "no address"});
    for (const char *name : {"localhost", "192.0.2.7", "2001:db8::7"})
        EXPECT_EQ(std::count(names.begin(), names.end(), name), 1) << name;
    EXPECT_THAT(names, Not(Contains(StartsWith("fe80"))));
    EXPECT_THAT(hostNames({"0.0.0.0:1"}), Contains("127.0.0.1")) << "every address is each that there is";
}

TEST(CertificateFolder, MakesBothFilesOnce)
{
    const ModuleFolder folder;
    const std::string state = folder.file("a/b");
    const auto make = [] { return makeSelfSigned({"a"}); };
    EXPECT_TRUE(keepCertificate(state, make));
    const std::string fingerprint = readCertificateFile(state + "/tls/certificate.pem").fingerprint;
    EXPECT_FALSE(keepCertificate(state, [&]() -> SelfSigned { throw std::logic_error("made twice"); }));
    EXPECT_EQ(readCertificateFile(state + "/tls/certificate.pem").fingerprint, fingerprint);
}

TEST(CertificateFolder, LeavesNothingWhereItFails)
{
    const ModuleFolder folder;
    const std::string state = folder.makeFolder("state");
    EXPECT_THAT(errorOf([&] { keepCertificate(state, []() -> SelfSigned { throw std::runtime_error("no luck"); }); }),
                "no luck");
    EXPECT_FALSE(std::filesystem::exists(state + "/tls"));
    EXPECT_TRUE(keepCertificate(state, [] { return makeSelfSigned({"a"}); })) << "what was left is no hindrance";
    EXPECT_FALSE(std::filesystem::exists(state + "/tls.new"));
}

TEST(CertificateFolder, TouchesNothingThatIsThere)
{
    const ModuleFolder folder;
    const std::string state = folder.makeFolder("state");
    folder.makeFolder("state/tls");
    const std::string other = folder.write("state/tls/notes", "mine");
    EXPECT_THAT(errorOf([&] { keepCertificate(state, [] { return makeSelfSigned({"a"}); }); }),
                HasSubstr("put the new certificate into " + state + "/tls: Directory not empty"));
    EXPECT_TRUE(std::filesystem::exists(other));
    EXPECT_FALSE(std::filesystem::exists(state + "/tls.new"));
    std::filesystem::remove(other);
    EXPECT_TRUE(keepCertificate(state, [] { return makeSelfSigned({"a"}); })) << "an empty folder is none";
}

TEST(CertificateFolder, WaitsForNobodyWhoMayOnlyReadTheFolder)
{
    const ModuleFolder folder;
    const std::string state = folder.makeFolder("state");
    UniqueFd others(::open(state.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_EQ(::flock(others.get(), LOCK_EX), 0);
    auto made =
        std::async(std::launch::async, [&] { return keepCertificate(state, [] { return makeSelfSigned({"a"}); }); });
    const bool in_time = made.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
    others.reset();
    EXPECT_TRUE(in_time);
    EXPECT_TRUE(made.get());
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(state), {}), 1) << "the certificate's folder alone";
}

TEST(CertificateFolder, IsMadeByOneOfSeveral)
{
    const ModuleFolder folder;
    std::array<int, 8> made{};
    {
        std::vector<std::jthread> threads;
        for (int &one : made)
            threads.emplace_back([&folder, &one] {
                one = keepCertificate(folder.file("state"), [] { return makeSelfSigned({"a"}); }) ? 1 : 0;
            });
    }
    EXPECT_EQ(std::count(made.begin(), made.end(), 1), 1);
}

} // namespace
} // namespace netsane
