using System.Buffers.Binary;

namespace Maily.Deploy.Sandbox.Tools;

/// <summary>Tells by its program headers whether a 64-bit little-endian ELF file runs without a loader and libraries.</summary>
public static class StaticExecutable
{
    const uint InterpreterSegment = 3;
    const int HeaderSize = 64;

    /// <summary>True for an ELF file that asks for no interpreter.</summary>
    public static bool IsStatic(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> header = stackalloc byte[HeaderSize];
        if (file.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize || !header.StartsWith("\u007fELF\u0002\u0001"u8))
            return false;
        var segments = new byte[BinaryPrimitives.ReadUInt16LittleEndian(header[54..]) * BinaryPrimitives.ReadUInt16LittleEndian(header[56..])];
        file.Position = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
        file.ReadExactly(segments);
        return !segments.Chunk(BinaryPrimitives.ReadUInt16LittleEndian(header[54..]))
            .Any(segment => BinaryPrimitives.ReadUInt32LittleEndian(segment) == InterpreterSegment);
    }
}
