// A peer that has shaken hands properly with TLS's server or client, and then sends records of any kind in its keys.

#include "tests/fuzz/FuzzInput.hxx"
#include "tests/fuzz/Require.hxx"
#include "tests/fuzz/TlsLab.hxx"
#include "tests/plugins/PlainTlsPeer.hxx"
#include "tests/plugins/RecordForger.hxx"

#include <memory>

namespace {

using namespace netsane;

constexpr size_t max_text_bytes = 200;

std::unique_ptr<TlsLab> lab;

struct Forgery {
    TlsSubject subject;
    std::unique_ptr<RecordForger> forger;
};

Forgery shakeHands(Role role)
{
    Forgery made{lab->subject(role, false), nullptr};
    PlainTlsPeer peer(role == Role::Server ? Role::Client : Role::Server,
                      role == Role::Client ? &lab->serverIdentity() : nullptr);
    if (role == Role::Client)
        peer.selectAlpn("netsane/1");
    SSL_CTX_set_num_tickets(peer.context(), 0);
    for (int turns = 0; turns < 3; ++turns) {
        peer.give(made.subject.pull());
        made.subject.push(peer.pullPeer());
    }
    require(made.subject.state() == CryptState::Open, "an honest handshake succeeds");
    made.forger = std::make_unique<RecordForger>(peer.secret);
    return made;
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
    auto [subject, forger] = shakeHands(input.flag() ? Role::Client : Role::Server);
    std::string sent;
    bool said_goodbye = false;
    Bytes wire; // not pushed yet
    const auto append = [&wire](const Bytes &bytes) { wire.insert(wire.end(), bytes.begin(), bytes.end()); };
    enum Action { Data, Record, KeyUpdate, UpdateKeys, Raw, Push, PushPart, Pull, Write, Shutdown, End, count };
    while (!input.atEnd()) {
        switch (static_cast<Action>(input.choice(count))) {
        case Data: {
            const std::string text = input.text();
            append(forger->record(RecordForger::application_data, text, input.byte()));
            sent += text.size() <= 16384 ? text : std::string();
            break;
        }
        case Record: {
            const auto type = static_cast<RecordForger::Type>(input.byte());
            const std::string text = input.text();
            append(forger->record(type, text, input.byte()));
            said_goodbye = said_goodbye || (type == RecordForger::alert && text.ends_with('\0'));
            if (type == RecordForger::application_data)
                sent += text.size() <= 16384 ? text : std::string();
            break;
        }
        case KeyUpdate:
            append(forger->keyUpdate(input.flag()));
            break;
        case UpdateKeys:
            forger->updateKeys();
            break;
        case Raw:
            append(input.field());
            break;
        case Push:
            subject.push(wire);
            wire.clear();
            break;
        case PushPart: {
            const size_t part = std::min<size_t>(input.byte(), wire.size());
            subject.push(std::span(wire).first(part));
            wire.erase(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(part));
            break;
        }
        case Pull:
            subject.pull();
            break;
        case Write:
            subject.write(std::string(max_text_bytes, 'w'));
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
        require(sent.starts_with(subject.read_text), "what is read is what was sent");
        require(subject.state() != CryptState::Closed || said_goodbye, "only a goodbye is a proper end");
    }
    return 0;
}
