// A peer that knows no keys, with any bytes, to TLS's server and client: nobody gets further than the handshake.

#include "tests/fuzz/FuzzInput.hxx"
#include "tests/fuzz/Require.hxx"
#include "tests/fuzz/TlsLab.hxx"

#include <algorithm>
#include <memory>

namespace {

using namespace netsane;

std::unique_ptr<TlsLab> lab;

/// A ServerHello has to repeat the client's session id, at the place where the ClientHello has it.
void echoSessionId(const Bytes &hello, Bytes &answer)
{
    constexpr size_t begin = 5 + 4 + 2 + 32;
    constexpr size_t end = begin + 1 + 32;
    if (hello.size() >= end && answer.size() >= end)
        std::copy(hello.begin() + begin, hello.begin() + end, answer.begin() + begin);
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int *, char ***)
{
    lab = std::make_unique<TlsLab>();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input(data, size);
    const Role role = input.flag() ? Role::Client : Role::Server;
    TlsSubject subject = lab->subject(role, input.flag());
    const Bytes hello = subject.pull();
    enum Action { Push, PushByByte, Echo, Pull, Write, Shutdown, End, count };
    while (!input.atEnd()) {
        switch (static_cast<Action>(input.choice(count))) {
        case Push:
            subject.push(input.field());
            break;
        case PushByByte:
            for (const std::byte byte : input.field())
                subject.push({&byte, 1});
            break;
        case Echo: {
            Bytes answer = input.field();
            echoSessionId(hello, answer);
            subject.push(answer);
            break;
        }
        case Pull:
            subject.pull();
            break;
        case Write:
            require(subject.write("a secret") == 0, "nothing is told to strangers");
            break;
        case Shutdown:
            subject.shutdown();
            break;
        case End:
            subject.endWire();
            break;
        case count:
            break;
        }
        require(subject.state() != CryptState::Open && subject.state() != CryptState::Closed, "no key, no stream");
        require(subject.read_text.empty(), "strangers say nothing");
        require(subject.stream().peerName().empty() && subject.stream().peerFingerprint().empty() &&
                    subject.stream().exportBinding().empty(),
                "strangers are nobody");
    }
    return 0;
}
