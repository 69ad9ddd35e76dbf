using System.Buffers.Binary;
using System.Text;

namespace Maily.Deploy.Backups.Sealing;

/// <summary>
/// How a sealed file begins: <c>MAILYBAK</c>, version 1 (1 byte), key id (4), size of the plain text (8, little-endian),
/// backup's id and file's name (each with its length before it, 2 bytes). All of it is authenticated with the first chunk.
/// </summary>
/// <param name="KeyId">8 hexadecimal digits.</param>
/// <param name="Length">Bytes of the plain text.</param>
/// <param name="Backup">The backup that the file belongs to.</param>
/// <param name="File">Its name there.</param>
sealed record SealedHeader(string KeyId, long Length, string Backup, string File)
{
    /// <summary>Plain text of each chunk but the last.</summary>
    public const int ChunkSize = 256 * 1024;

    const byte Version = 1;

    const int FixedSize = 8 + 1 + 4 + 8;

    static readonly byte[] Magic = "MAILYBAK"u8.ToArray();

    /// <summary>The chunks that follow; an empty file has one that is empty.</summary>
    public long Chunks => Math.Max(1, (Length + ChunkSize - 1) / ChunkSize);

    /// <summary>Bytes of plain text in that chunk, from 0.</summary>
    public int SizeOf(long chunk) => (int)Math.Min(ChunkSize, Length - (chunk * ChunkSize));

    public byte[] ToBytes()
    {
        var bytes = new List<byte>(FixedSize + 64);
        bytes.AddRange(Magic);
        bytes.Add(Version);
        bytes.AddRange(Convert.FromHexString(KeyId));
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(number, Length);
        bytes.AddRange(number);
        foreach (var text in new[] { Backup, File })
        {
            var encoded = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteUInt16LittleEndian(number, checked((ushort)encoded.Length));
            bytes.AddRange(number[..2]);
            bytes.AddRange(encoded);
        }

        return [.. bytes];
    }

    /// <summary>Reads it; the bytes are what the first chunk authenticates.</summary>
    /// <exception cref="SealedFileTruncatedException">The file ends within it.</exception>
    /// <exception cref="SealedFileAlteredException">It is no such header.</exception>
    public static async Task<(SealedHeader Header, byte[] Bytes)> ReadAsync(Stream stream, string name, CancellationToken cancellation)
    {
        var begin = await TakeAsync(stream, FixedSize, name, cancellation);
        if (!begin.AsSpan(0, 8).SequenceEqual(Magic))
            throw new SealedFileAlteredException(name, "it does not begin as a sealed file");
        if (begin[8] != Version)
            throw new SealedFileAlteredException(name, $"it has version {begin[8]} of the form, and this program knows {Version}");
        var length = BinaryPrimitives.ReadInt64LittleEndian(begin.AsSpan(13, 8));
        if (length < 0)
            throw new SealedFileAlteredException(name, "it says that its size is negative");
        var (backup, file) = (await TextAsync(stream, name, cancellation), await TextAsync(stream, name, cancellation));
        var header = new SealedHeader(Convert.ToHexStringLower(begin.AsSpan(9, 4)), length, Encoding.UTF8.GetString(backup[2..]), Encoding.UTF8.GetString(file[2..]));
        return (header, [.. begin, .. backup, .. file]);
    }

    static async Task<byte[]> TextAsync(Stream stream, string name, CancellationToken cancellation)
    {
        var length = await TakeAsync(stream, 2, name, cancellation);
        return [.. length, .. await TakeAsync(stream, BinaryPrimitives.ReadUInt16LittleEndian(length), name, cancellation)];
    }

    static async Task<byte[]> TakeAsync(Stream stream, int count, string name, CancellationToken cancellation)
    {
        var bytes = new byte[count];
        return await stream.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, cancellation) == count ? bytes : throw new SealedFileTruncatedException(name);
    }
}
