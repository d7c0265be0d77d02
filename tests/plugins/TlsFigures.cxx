// Figures of crypt_tls, to look at and not to pass or fail: what an idle connection costs the server, and how fast bytes
// go through a pair of streams. Not part of make check; run tests/plugins/tls_figures in the build folder.

#include "tests/plugins/TlsTest.hxx"

#include <chrono>
#include <fstream>
#include <iostream>
#include <malloc.h>
#include <unistd.h>

namespace netsane {
namespace {

class TlsFigures : public TlsTest {};

size_t heapBytes()
{
    const auto info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
}

size_t residentBytes()
{
    size_t all = 0;
    size_t resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident * static_cast<size_t>(::sysconf(_SC_PAGESIZE));
}

double kibEach(size_t before, size_t after, size_t count)
{
    return (static_cast<double>(after) - static_cast<double>(before)) / 1024.0 / static_cast<double>(count);
}

/// An open stream of the server that has moved `plain_bytes` both ways and is idle now.
CryptStream idleServer(TlsPair tls, size_t plain_bytes)
{
    tls.settle();
    const Bytes much(plain_bytes);
    tls.server.writePlain(much);
    tls.client.writePlain(much);
    tls.settle();
    read(tls.server);
    return std::move(tls.server);
}

TEST_F(TlsFigures, IdleConnection)
{
    constexpr size_t count = 2000;
    for (const size_t plain_bytes : {size_t{0}, size_t{60000}}) {
        std::vector<CryptStream> streams;
        streams.reserve(count);
        idleServer(pair(), plain_bytes); // whatever is made once
        ::malloc_trim(0);
        const size_t heap = heapBytes();
        const size_t resident = residentBytes();
        while (streams.size() < count)
            streams.push_back(idleServer(pair(), plain_bytes));
        ASSERT_EQ(streams.back().state(), CryptState::Open);
        std::cout << "idle after " << plain_bytes << " bytes each way, " << count
                  << " streams: " << kibEach(heap, heapBytes(), count) << " KiB of heap each, "
                  << kibEach(resident, residentBytes(), count) << " KiB resident\n";
    }
}

TEST_F(TlsFigures, Throughput)
{
    constexpr size_t block = 65536;
    constexpr size_t blocks = 16384; // 1 GiB
    TlsPair tls = pair();
    tls.settle();
    const Bytes plain(block, std::byte{0x5a});
    Bytes wire(2 * block);
    Bytes out(block);
    size_t received = 0;
    const auto start = std::chrono::steady_clock::now();
    for (size_t sent = 0; sent < blocks * block;) {
        sent += tls.server.writePlain(plain);
        const size_t wire_size = tls.server.pullWire(wire);
        size_t pushed = 0;
        while (pushed < wire_size) {
            pushed += tls.client.pushWire(std::span(wire).subspan(pushed, wire_size - pushed));
            while (const size_t count = tls.client.readPlain(out))
                received += count;
        }
    }
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    std::cout << "encrypted, moved and decrypted in one thread: "
              << static_cast<double>(received) / 1e6 / time.count() << " MB/s\n";
    EXPECT_GE(received, blocks * block);
}

} // namespace
} // namespace netsane
