// TLS's server and client, both honest, with somebody in between who delivers, changes, repeats, drops and adds bytes.

#include "tests/fuzz/FuzzInput.hxx"
#include "tests/fuzz/Require.hxx"
#include "tests/fuzz/TlsLab.hxx"

#include <algorithm>
#include <memory>

namespace {

using namespace netsane;

std::unique_ptr<TlsLab> lab;

/// One direction of the connection.
struct Way {
    TlsSubject &from;
    TlsSubject &to;
    std::string written;
    bool shut_down = false;
    bool touched = false;
    Bytes wire; ///< under way

    void collect()
    {
        const Bytes more = from.pull();
        wire.insert(wire.end(), more.begin(), more.end());
    }
    void deliver(size_t count)
    {
        collect();
        count = std::min(count, wire.size());
        to.push(std::span(wire).first(count));
        wire.erase(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(count));
    }
    void write(const std::string &text)
    {
        const size_t taken = from.write(text);
        written.append(text, 0, taken);
    }
    void edit(FuzzInput &input)
    {
        collect();
        const size_t offset = wire.empty() ? 0 : (size_t{input.byte()} << 8U | input.byte()) % wire.size();
        const auto place = wire.begin() + static_cast<std::ptrdiff_t>(offset);
        enum Edit { Flip, Drop, Repeat, Insert, count };
        touched = true;
        const auto edit = static_cast<Edit>(input.choice(count));
        if (edit == Insert) {
            const Bytes more = input.field();
            wire.insert(place, more.begin(), more.end());
        } else if (wire.empty()) {
            return;
        } else if (edit == Flip) {
            *place ^= static_cast<std::byte>(input.byte() | 1U);
        } else if (edit == Drop) {
            wire.erase(place, place + std::min<std::ptrdiff_t>(input.byte() + 1, wire.end() - place));
        } else {
            const Bytes again(place, wire.end());
            wire.insert(wire.end(), again.begin(), again.end());
        }
    }
    void judge() const
    {
        require(written.starts_with(to.read_text), "what is read is what was written");
        require(to.state() != CryptState::Closed || shut_down, "only the peer's goodbye is a proper end");
    }
};

void act(FuzzInput &input, Way &way)
{
    enum Action { Deliver, DeliverFew, Write, WriteMuch, Edit, Shutdown, Cut, count };
    switch (static_cast<Action>(input.choice(count))) {
    case Deliver:
        way.deliver(SIZE_MAX);
        break;
    case DeliverFew:
        way.deliver(input.byte());
        break;
    case Write:
        way.write(input.text());
        break;
    case WriteMuch:
        way.write(std::string(size_t{input.byte()} * 512, 'm'));
        break;
    case Edit:
        way.edit(input);
        break;
    case Shutdown:
        way.from.shutdown();
        way.shut_down = true;
        break;
    case Cut:
        way.to.endWire();
        way.touched = true;
        break;
    case count:
        break;
    }
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
    TlsSubject server = lab->subject(Role::Server, input.flag());
    TlsSubject client = lab->subject(Role::Client, input.flag());
    Way up{.from = client, .to = server, .written = {}, .wire = {}};
    Way down{.from = server, .to = client, .written = {}, .wire = {}};
    while (!input.atEnd()) {
        act(input, input.flag() ? up : down);
        up.judge();
        down.judge();
    }
    for (int turns = 0; turns < 4; ++turns) {
        up.deliver(SIZE_MAX);
        down.deliver(SIZE_MAX);
    }
    up.judge();
    down.judge();
    if (up.touched || down.touched)
        return 0;
    for (const Way *const way : {&up, &down}) {
        require(way->to.read_text == way->written, "all arrives, left alone");
        require(way->to.state() == (way->shut_down ? CryptState::Closed : CryptState::Open), "all ends well, left alone");
    }
    return 0;
}
