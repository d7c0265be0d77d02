// A peer that has shaken hands properly with TLS's server or client, and then sends records of any kind in its keys.

#include "tests/fuzz/FuzzInput.hxx"
#include "tests/fuzz/Require.hxx"
#include "tests/fuzz/TlsLab.hxx"
#include "tests/plugins/PlainTlsPeer.hxx"
#include "tests/plugins/RecordForger.hxx"

#include <algorithm>
#include <memory>

namespace {

using namespace netsane;

constexpr size_t max_text_bytes = 200;
constexpr size_t max_record_bytes = 16384;

std::unique_ptr<TlsLab> lab;

/// A stream that has shaken hands, and the keys of its peer.
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

/// The peer, as an input makes it.
class Forger {
public:
    explicit Forger(Forgery forgery) : subject_(std::move(forgery.subject)), forger_(std::move(forgery.forger)) {}

    void act(FuzzInput &input)
    {
        enum Action { Data, Record, KeyUpdate, UpdateKeys, Raw, Push, PushPart, Pull, Write, Shutdown, End, count };
        const auto action = static_cast<Action>(input.choice(count));
        switch (action) {
        case Data:
            return addRecord(RecordForger::application_data, input);
        case Record:
            return addRecord(static_cast<RecordForger::Type>(input.byte()), input);
        case KeyUpdate:
            return add(forger_->keyUpdate(input.flag()));
        case UpdateKeys:
            return forger_->updateKeys();
        case Raw:
            return add(input.field());
        case Push:
            return push(wire_.size());
        case PushPart:
            return push(std::min<size_t>(input.byte(), wire_.size()));
        case Pull:
            subject_.pull();
            return;
        case Write:
            subject_.write(std::string(max_text_bytes, 'w'));
            return;
        case Shutdown:
            return subject_.shutdown();
        case End:
            return subject_.endWire();
        case count:
            return;
        }
    }

    void judge() const
    {
        require(sent_.starts_with(subject_.read_text), "what is read is what was sent");
        require(subject_.state() != CryptState::Closed || said_goodbye_, "only a goodbye is a proper end");
    }

private:
    void add(const Bytes &bytes) { wire_.insert(wire_.end(), bytes.begin(), bytes.end()); }
    void addRecord(RecordForger::Type type, FuzzInput &input)
    {
        const std::string text = input.text();
        add(forger_->record(type, text, input.byte()));
        said_goodbye_ = said_goodbye_ || (type == RecordForger::alert && text.ends_with('\0'));
        if (type == RecordForger::application_data && text.size() <= max_record_bytes)
            sent_ += text;
    }
    void push(size_t count)
    {
        subject_.push(std::span(wire_).first(count));
        wire_.erase(wire_.begin(), wire_.begin() + static_cast<std::ptrdiff_t>(count));
    }

    TlsSubject subject_;
    std::unique_ptr<RecordForger> forger_;
    std::string sent_;
    bool said_goodbye_ = false;
    Bytes wire_; ///< not pushed yet
};

} // namespace

extern "C" int LLVMFuzzerInitialize(int *, char ***)
{
    lab = std::make_unique<TlsLab>();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input(data, size);
    Forger forger(shakeHands(input.flag() ? Role::Client : Role::Server));
    while (!input.atEnd()) {
        forger.act(input);
        forger.judge();
    }
    return 0;
}
