#include "trace/Conversation.hxx"

#include "util/ByteOrder.hxx"

namespace netsane {

namespace {

constexpr std::size_t max_waiting = 2 * max_outstanding_with_reads; // who goes beyond breaks the protocol
constexpr std::size_t max_listed_bytes = 256 * 1024;

} // namespace

NamedFields Conversation::next(Speaker speaker, std::uint32_t command, std::span<const FieldBytes> fields)
{
    FieldWalk walk(fields);
    if (speaker == Speaker::client)
        clientSays(command, walk);
    else
        serverSays(command, walk);
    walk.takeRest();
    learn(walk.named());
    return walk.takeNamed();
}

void Conversation::switched() noexcept
{
    has_descriptors_ = has_values_ = false;
    waiting_.clear();
}

void Conversation::takeHello(FieldWalk &walk, bool from_client)
{
    walk.take("text", FieldForm::text);
    walk.take("revision", FieldForm::number);
    walk.take("extensions", FieldForm::words);
    if (from_client && !walk.named().empty() && walk.named().back().form == FieldForm::words) {
        const auto list = walk.named().back().value.bytes;
        for (std::size_t i = 0; i + 4 <= list.size(); i += 4) {
            const auto extension = loadBigEndian32(list.data() + i);
            has_descriptors_ = has_descriptors_ || extension == extension_descriptors;
            has_values_ = has_values_ || extension == extension_values;
        }
    }
    if (!from_client) {
        walk.takeSecret("server_sent");
        walk.takeSecret("server_read");
    }
}

void Conversation::clientSays(std::uint32_t command, FieldWalk &walk)
{
    switch (static_cast<Command>(command)) {
    case Command::hello:
        return takeHello(walk, true);
    case Command::user:
        return walk.takeSecret("name"); // some people type their password there
    case Command::pass_reply:
        walk.takeMethod();
        return walk.takeSecrets("answer");
    case Command::fail:
        walk.take("command", FieldForm::command);
        walk.take("methods", FieldForm::words);
        return;
    case Command::crypt_reply:
        walk.take("method", FieldForm::number);
        return;
    default:
        if (isRequest(static_cast<Command>(command)))
            clientAsks(command, walk);
    }
}

void Conversation::clientAsks(std::uint32_t command, FieldWalk &walk)
{
    Request request{command, {}};
    const auto what = static_cast<Command>(command);
    if (what == Command::status_text)
        walk.take("status", FieldForm::status);
    else if (what == Command::open)
        walk.take("device", FieldForm::text);
    else if (what != Command::init && what != Command::exit && what != Command::get_devices)
        walk.take("handle", FieldForm::token);
    if (what == Command::get_option || what == Command::control_option)
        walk.take("option", FieldForm::signed_number);
    if (what == Command::control_option) {
        request.action = walk.take("action", FieldForm::action);
        const auto type = walk.take("type", FieldForm::value_type);
        if (request.action == static_cast<std::uint32_t>(Action::set))
            walk.takeValue(type, is_listed_);
    }
    if (what == Command::read)
        walk.take("max_bytes", FieldForm::number);
    if (what == Command::set_io_mode)
        walk.take("non_blocking", FieldForm::boolean);
    if (waiting_.size() < max_waiting)
        waiting_.push_back(request);
}

// Replies come in the order of the requests. Where one doesn't, somebody breaks the protocol, and nothing is known of
// it.
Conversation::Request Conversation::answered(std::uint32_t command)
{
    if (waiting_.empty() || waiting_.front().command != command)
        return {command, {}};
    const Request request = waiting_.front();
    waiting_.pop_front();
    return request;
}

// The texts that options may have, of the descriptors that went by.
void Conversation::learn(const NamedFields &fields)
{
    for (const auto &field : fields) {
        if (field.name != "string" || !field.is_public || listed_bytes_ + field.value.size > max_listed_bytes)
            continue;
        const std::string text(reinterpret_cast<const char *>(field.value.bytes.data()), field.value.size - 1);
        if (listed_.insert(text).second)
            listed_bytes_ += field.value.size;
    }
}

} // namespace netsane
