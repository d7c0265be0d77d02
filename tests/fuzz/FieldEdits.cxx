#include "tests/fuzz/FieldEdits.hxx"

#include <utility>

namespace netsane {

namespace {

constexpr size_t most_edits = 16;
constexpr size_t most_fields = 256;

enum Edit : size_t { Stop, Flip, Cut, Drop, Swap, Duplicate, Extend, Replace, Insert, edit_count };

void flip(FuzzInput &input, std::vector<std::byte> &field)
{
    const size_t place = input.byte();
    const auto bits = std::byte{input.byte()};
    if (!field.empty())
        field[place % field.size()] ^= bits;
}

void cut(FuzzInput &input, std::vector<std::byte> &field)
{
    field.resize(field.size() - std::min<size_t>(field.size(), input.byte()));
}

void extend(FuzzInput &input, std::vector<std::byte> &field)
{
    const std::vector<std::byte> more = input.field();
    field.insert(field.end(), more.begin(), more.end());
}

void editOne(FuzzInput &input, Edit edit, OutFields &fields)
{
    const size_t which = input.byte();
    if (edit == Insert)
        fields.insert(fields.begin() + static_cast<std::ptrdiff_t>(which % (fields.size() + 1)), input.field());
    if (edit == Insert || fields.empty())
        return;
    const auto place = fields.begin() + static_cast<std::ptrdiff_t>(which % fields.size());
    switch (edit) {
    case Flip:
        return flip(input, *place);
    case Cut:
        return cut(input, *place);
    case Drop:
        fields.erase(place);
        return;
    case Swap:
        return std::swap(*place, fields[input.choice(fields.size())]);
    case Duplicate:
        fields.insert(place, std::vector(*place));
        return;
    case Extend:
        return extend(input, *place);
    case Replace:
        *place = input.field();
        return;
    case Stop:
    case Insert:
    case edit_count:
        break;
    }
}

} // namespace

void editFields(FuzzInput &input, OutFields &fields)
{
    for (size_t i = 0; i < most_edits && fields.size() < most_fields; ++i) {
        const auto edit = static_cast<Edit>(input.choice(edit_count));
        if (edit == Stop)
            return;
        editOne(input, edit, fields);
    }
}

} // namespace netsane
