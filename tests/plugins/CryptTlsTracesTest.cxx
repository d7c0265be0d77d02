// That keys and words don't stay in memory: this process's own is searched for them. What to look for is held inverted,
// and made in a child, so that the test itself leaves no trace.

#include "tests/plugins/TlsTest.hxx"

#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

#if !defined(__SANITIZE_ADDRESS__) // whose memory keeps what is freed, and is endless
#if !defined(__has_feature)
#define __has_feature(x) 0
#endif
#if !__has_feature(address_sanitizer)

namespace netsane {
namespace {

std::string inverted(std::string text)
{
    for (char &c : text)
        c = static_cast<char>(~c);
    return text;
}

class UniqueFile {
public:
    explicit UniqueFile(const char *path) : fd_(::open(path, O_RDONLY | O_CLOEXEC)) {}
    ~UniqueFile() { ::close(fd_); }
    UniqueFile(const UniqueFile &) = delete;
    UniqueFile &operator=(const UniqueFile &) = delete;
    int fd() const { return fd_; }

private:
    const int fd_;
};

size_t countIn(const char *begin, size_t size, const std::string &inverted_needle)
{
    size_t found = 0;
    const char first = static_cast<char>(~inverted_needle[0]);
    const char *const last = begin + size;
    for (const char *at = begin; (at = static_cast<const char *>(std::memchr(at, first, last - at))) != nullptr; ++at) {
        if (static_cast<size_t>(last - at) < inverted_needle.size())
            break;
        found += std::equal(inverted_needle.begin(), inverted_needle.end(), at,
                            [](char a, char b) { return static_cast<char>(~a) == b; });
    }
    return found;
}

/// How often it stands in memory that this process can write.
size_t tracesOf(const std::string &inverted_needle)
{
    const UniqueFile memory("/proc/self/mem");
    std::ifstream maps("/proc/self/maps");
    std::string line;
    size_t found = 0;
    // not on the heap, where it would find itself
    static char space[1 << 20];
    while (std::getline(maps, line)) {
        unsigned long begin = 0;
        unsigned long end = 0;
        char mode[5] = "";
        if (std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, mode) != 3 || std::string_view(mode) != "rw-p")
            continue;
        for (unsigned long at = begin; at < end;) {
            const ssize_t count =
                ::pread(memory.fd(), space, std::min<size_t>(end - at, sizeof space), static_cast<off_t>(at));
            if (count <= 0)
                break;
            const bool own = at < reinterpret_cast<unsigned long>(space) + sizeof space &&
                             at + static_cast<unsigned long>(count) > reinterpret_cast<unsigned long>(space);
            found += own ? 0 : countIn(space, static_cast<size_t>(count), inverted_needle);
            at += static_cast<unsigned long>(count);
        }
    }
    OPENSSL_cleanse(space, sizeof space);
    return found;
}

class CryptTlsTraces : public TlsTest {
protected:
    /// Makes a certificate and key for the server in a child. What tells about the key, inverted.
    std::vector<std::string> useStrangeServer()
    {
        const pid_t child = ::fork();
        if (child == 0) {
            makeServer();
            ::_exit(0);
        }
        int status = 0;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
        setServer("certificate", files.file("server.pem"));
        setServer("key", files.file("server.key"));
        std::vector<std::string> needles;
        std::ifstream in(files.file("needles"), std::ios::binary);
        for (std::string needle(needle_bytes, '\0'); in.read(needle.data(), needle_bytes);)
            needles.push_back(needle);
        EXPECT_EQ(needles.size(), 3U);
        return needles;
    }

private:
    static constexpr size_t needle_bytes = 24;

    // the private number in both byte orders, and a piece of the key's PEM
    void makeServer() const
    {
        const TlsIdentity identity({.common_name = "Scanner", .names = {"DNS:scanner.example"}}, &ca);
        (void)files.write("server.pem", identity.certificatePem(), 0644);
        const std::string pem = identity.keyPem();
        (void)files.write("server.key", pem, 0600);
        BIGNUM *number = nullptr;
        EVP_PKEY_get_bn_param(identity.key(), "priv", &number);
        std::string big(32, '\0');
        BN_bn2binpad(number, reinterpret_cast<unsigned char *>(big.data()), 32);
        const std::string little(big.rbegin(), big.rend());
        const std::string needles =
            big.substr(0, needle_bytes) + little.substr(0, needle_bytes) + pem.substr(80, needle_bytes);
        (void)files.write("needles", inverted(needles));
    }
};

TEST_F(CryptTlsTraces, KeyIsGoneWithTheMethod)
{
    const std::vector<std::string> needles = useStrangeServer();
    {
        TlsPair tls = pair();
        tls.settle();
        ASSERT_EQ(tls.server.state(), CryptState::Open) << tls.server.error();
        EXPECT_GT(tracesOf(needles[0]) + tracesOf(needles[1]), 0U) << "the search finds nothing";
        EXPECT_EQ(tracesOf(needles[2]), 0U) << "the file is still in memory";
    }
    server_host.reset();
    for (const std::string &needle : needles)
        EXPECT_EQ(tracesOf(needle), 0U);
}

TEST_F(CryptTlsTraces, WordsAreGoneWithTheirReading)
{
    const std::string secret = inverted("the password of a person, long enough");
    // where nothing else is soon written once the memory is free
    constexpr std::ptrdiff_t before = 12000;
    TlsPair tls = pair();
    tls.settle();
    {
        Bytes word(before + secret.size());
        std::ranges::transform(secret, word.begin() + before, [](char c) { return static_cast<std::byte>(~c); });
        ASSERT_EQ(tls.client.writePlain(word), word.size());
        EXPECT_GT(tracesOf(secret), 0U) << "the search finds nothing";
        OPENSSL_cleanse(word.data(), word.size());
    }
    tls.settle();
    EXPECT_EQ(tls.server.pendingPlain(), before + secret.size());
    std::array<std::byte, 16384> space{};
    EXPECT_EQ(tls.server.readPlain(space), before + secret.size());
    OPENSSL_cleanse(space.data(), space.size());
    EXPECT_EQ(tracesOf(secret), 0U);
}

} // namespace
} // namespace netsane

#endif
#endif
