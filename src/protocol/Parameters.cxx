#include "protocol/Parameters.hxx"

#include "wire/FrameEncoder.hxx"
#include "wire/MessageReader.hxx"

namespace netsane {

void encodeParameters(FrameEncoder &message, const Parameters &parameters)
{
    message.integer(parameters.format)
        .boolean(parameters.last_frame)
        .integer(parameters.bytes_per_line)
        .integer(parameters.pixels_per_line)
        .integer(parameters.lines)
        .integer(parameters.depth);
}

Parameters decodeParameters(MessageReader &reader)
{
    Parameters parameters;
    parameters.format = reader.readUnsigned();
    parameters.last_frame = reader.readUnsigned() != 0;
    parameters.bytes_per_line = reader.readInt();
    parameters.pixels_per_line = reader.readInt();
    parameters.lines = reader.readInt();
    parameters.depth = reader.readInt();
    return parameters;
}

} // namespace netsane
