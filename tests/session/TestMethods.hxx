// Methods made in the test program itself: an auth method that answers with the password in clear, and a crypt method
// that flips bits.
#pragma once

#include "plugin/Method.hxx"
#include "session/ClientPolicy.hxx"

#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>
#include <vector>

namespace netsane::test {

class NoServices final : public PluginServices {
public:
    void log(PluginLogLevel, std::string_view, std::string_view) override {}
    std::optional<std::string> configValue(PluginKind, std::string_view, std::string_view) override { return {}; }
    uint32_t roles() const override { return NETSANE_ROLE_CLIENT; }
};

inline NoServices no_services;

class TestMethod final : public Method {
public:
    explicit TestMethod(MethodDescription description) : Method(std::move(description), no_services) {}
};

// ---- auth: one PASS_REQ without fields; answers "clear".

struct TestExchange {
    char password[600];
    netsane_field field;
    void *exchange;
};

inline uint32_t startTest(void *, const netsane_auth_params_v1 *params, void **exchange)
{
    *exchange = std::make_unique<TestExchange>(TestExchange{{}, {}, params->exchange}).release();
    return NETSANE_VERDICT_CONTINUE;
}

inline uint32_t stepTest(void *exchange, netsane_auth_step_v1 *step)
{
    auto *const self = static_cast<TestExchange *>(exchange);
    std::strcpy(self->password, "clear");
    self->field = {self->password, std::strlen(self->password) + 1};
    step->out = &self->field;
    step->out_count = 1;
    return NETSANE_VERDICT_OK;
}

inline void freeTest(void *exchange)
{
    const std::unique_ptr<TestExchange> owner(static_cast<TestExchange *>(exchange));
}

inline MethodDescription authDescription(uint32_t id, uint32_t flags)
{
    MethodDescription description;
    description.kind = PluginKind::Auth;
    description.id = id;
    description.flags = flags;
    description.name = "test" + std::to_string(id);
    description.auth_client = {sizeof(netsane_auth_ops_v1), 0, startTest, stepTest, nullptr, freeTest};
    return description;
}

// ---- crypt: open at once, every byte xor 0x55.

struct FlipStream {
    std::deque<unsigned char> wire;
    std::deque<unsigned char> plain;
    bool ended = false;
    bool broken = false;
};

inline size_t takeAll(std::deque<unsigned char> &queue, const void *data, size_t size)
{
    for (size_t i = 0; i < size; ++i)
        queue.push_back(static_cast<unsigned char>(static_cast<const unsigned char *>(data)[i] ^ 0x55));
    return size;
}

inline size_t giveAll(std::deque<unsigned char> &queue, void *data, size_t size)
{
    const auto count = std::min(size, queue.size());
    std::copy_n(queue.begin(), count, static_cast<unsigned char *>(data));
    queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(count));
    return count;
}

inline MethodDescription cryptDescription(uint32_t id)
{
    MethodDescription description;
    description.kind = PluginKind::Crypt;
    description.id = id;
    description.name = "flip";
    auto &ops = description.crypt_client;
    ops.struct_size = sizeof ops;
    ops.create = [](void *, const netsane_crypt_params_v1 *, void **stream) {
        *stream = std::make_unique<FlipStream>().release();
        return int32_t{0};
    };
    ops.push_wire = [](void *s, const void *data, size_t size) {
        return takeAll(static_cast<FlipStream *>(s)->plain, data, size);
    };
    ops.pull_wire = [](void *s, void *data, size_t size) {
        return giveAll(static_cast<FlipStream *>(s)->wire, data, size);
    };
    ops.read_plain = [](void *s, void *data, size_t size) {
        return giveAll(static_cast<FlipStream *>(s)->plain, data, size);
    };
    ops.write_plain = [](void *s, const void *data, size_t size) {
        return takeAll(static_cast<FlipStream *>(s)->wire, data, size);
    };
    ops.end_wire = [](void *s) { static_cast<FlipStream *>(s)->ended = true; };
    ops.pending = [](void *s, uint32_t what) {
        auto *const self = static_cast<FlipStream *>(s);
        return what == NETSANE_PENDING_WIRE ? self->wire.size() : self->plain.size();
    };
    ops.shutdown = [](void *) {};
    ops.state = [](void *s) {
        const auto *const self = static_cast<FlipStream *>(s);
        if (self->broken)
            return NETSANE_STATE_ERROR;
        return self->ended ? NETSANE_STATE_TRUNCATED : NETSANE_STATE_OPEN;
    };
    ops.free = [](void *s) { const std::unique_ptr<FlipStream> owner(static_cast<FlipStream *>(s)); };
    return description;
}

// Allows what it is given.
class TestSource final : public MethodSource {
public:
    const Method *authMethod(std::uint32_t id) override
    {
        const auto found = std::find_if(auth.begin(), auth.end(), [id](const Method *m) { return m->id() == id; });
        return found == auth.end() ? nullptr : *found;
    }
    std::vector<const Method *> authMethods() override { return auth; }
    const Method *cryptMethod(std::uint32_t id) override { return crypt && crypt->id() == id ? crypt : nullptr; }

    std::vector<const Method *> auth;
    const Method *crypt = nullptr;
};

} // namespace netsane::test
