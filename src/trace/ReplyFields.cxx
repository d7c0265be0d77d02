// Conversation, continued: what a server says.

#include "trace/Conversation.hxx"

namespace netsane {

namespace {

bool isGood(std::optional<std::uint32_t> status)
{
    return status == static_cast<std::uint32_t>(Status::good);
}

void takeDevices(FieldWalk &walk)
{
    for (std::uint32_t i = 0; !walk.atEnd(); ++i) {
        walk.setGroup("device", i);
        walk.take("name", FieldForm::text);
        if (walk.lastText().empty()) // the end of the list
            return walk.leaveGroup();
        walk.take("vendor", FieldForm::text);
        walk.take("model", FieldForm::text);
        walk.take("type", FieldForm::text);
    }
    walk.leaveGroup();
}

void takeReason(FieldWalk &walk, std::optional<std::uint32_t> status)
{
    if (!isGood(status))
        walk.take("reason", FieldForm::text);
}

} // namespace

void Conversation::serverSays(std::uint32_t command, FieldWalk &walk)
{
    switch (static_cast<Command>(command)) {
    case Command::hello:
        return takeHello(walk, false);
    case Command::pass_request:
        walk.takeMethod();
        return walk.takeSecrets("question");
    case Command::fail:
        walk.take("command", FieldForm::command);
        walk.take("reason", FieldForm::text);
        return;
    case Command::crypt_request:
        walk.take("methods", FieldForm::words);
        return;
    case Command::welcome:
        return walk.takeSecret("name");
    default:
        if (isRequest(static_cast<Command>(command)))
            serverReplies(answered(command), walk);
    }
}

void Conversation::serverReplies(const Request &request, FieldWalk &walk)
{
    const auto command = static_cast<Command>(request.command);
    switch (command) {
    case Command::status_text:
        walk.take("text", FieldForm::text);
        return;
    case Command::get_option:
        return walk.takeDescriptor();
    case Command::exit:
    case Command::close:
    case Command::abort:
        return;
    case Command::open:
        return openReplied(walk);
    case Command::control_option:
        return optionReplied(request, walk);
    default:
        break;
    }
    const auto status = walk.take("status", FieldForm::status);
    if (command == Command::init)
        walk.take("version", FieldForm::number);
    else if (command == Command::get_devices)
        takeDevices(walk);
    else if (command == Command::get_parameters || (command == Command::start && isGood(status)))
        walk.takeParameters();
    else if (command == Command::get_select_fd)
        walk.take("descriptor", FieldForm::signed_number);
    if (command == Command::start && isGood(status))
        walk.take("byte_order", FieldForm::number);
    if (command == Command::read && isGood(status))
        walk.takeSecret("data"); // of the image
    takeReason(walk, status);
}

void Conversation::openReplied(FieldWalk &walk)
{
    const auto status = walk.take("status", FieldForm::status);
    if (!isGood(status))
        return takeReason(walk, status);
    walk.take("handle", FieldForm::token);
    if (!has_descriptors_ || walk.atEnd())
        return;
    walk.takeDescriptors();
    learn(walk.named()); // the values behind them are of these
    if (has_values_ && !walk.atEnd())
        walk.takeTold(is_listed_);
}

void Conversation::optionReplied(const Request &request, FieldWalk &walk)
{
    const auto status = walk.take("status", FieldForm::status);
    const auto info = walk.take("info", FieldForm::info);
    const auto type = walk.take("type", FieldForm::value_type);
    if (!isGood(status))
        return takeReason(walk, status);
    const bool is_get = request.action == static_cast<std::uint32_t>(Action::get);
    if (is_get || request.action == static_cast<std::uint32_t>(Action::set))
        walk.takeValue(type, is_listed_);
    if (walk.atEnd())
        return;
    if (has_values_ && has_descriptors_ && !is_get)
        walk.takeChanged(is_listed_);
    else if (has_descriptors_ && (info.value_or(0) & info_reload_options) != 0)
        walk.takeDescriptors();
}

} // namespace netsane
