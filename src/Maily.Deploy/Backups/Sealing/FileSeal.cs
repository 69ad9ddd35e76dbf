using System.Security.Cryptography;
using Geralt;
using static Geralt.IncrementalXChaCha20Poly1305;

namespace Maily.Deploy.Backups.Sealing;

/// <summary>
/// Seals and opens files in libsodium's secretstream (XChaCha20-Poly1305): authenticated chunks in order, the last one marked,
/// under a key of the backup's own. Memory does not grow with the file.
/// </summary>
static class FileSeal
{
    const string Purpose = "seal";

    /// <summary>Writes <paramref name="source"/>, which has just that many bytes, sealed to <paramref name="target"/>.</summary>
    public static async Task SealAsync(BackupKey key, string backup, string name, long length, Stream source, Stream target, CancellationToken cancellation)
    {
        var header = new SealedHeader(key.Id, length, backup, name);
        var (associated, stream) = (header.ToBytes(), new byte[HeaderSize]);
        using var cipher = new IncrementalXChaCha20Poly1305(stream, key.Derive(Purpose, backup), encryption: true);
        await target.WriteAsync(associated, cancellation);
        await target.WriteAsync(stream, cancellation);
        var (plain, sealedChunk) = (new byte[SealedHeader.ChunkSize], new byte[SealedHeader.ChunkSize + TagSize]);
        for (var chunk = 0L; chunk < header.Chunks; chunk++)
        {
            var size = header.SizeOf(chunk);
            await source.ReadExactlyAsync(plain.AsMemory(0, size), cancellation);
            cipher.EncryptChunk(sealedChunk.AsSpan(0, size + TagSize), plain.AsSpan(0, size), chunk == 0 ? associated : [], FlagOf(header, chunk));
            await target.WriteAsync(sealedChunk.AsMemory(0, size + TagSize), cancellation);
        }
    }

    /// <summary>Writes what a sealed file holds to <paramref name="target"/>; what stands there is to be thrown away when it fails.</summary>
    /// <exception cref="SealedFileTruncatedException">It ends before its end.</exception>
    /// <exception cref="SealedFileAppendedException">Something follows its end.</exception>
    /// <exception cref="SealedFileAlteredException">It was changed.</exception>
    /// <exception cref="SealedFileSwappedException">It is another file, or another backup's.</exception>
    public static async Task OpenAsync(BackupKey key, string backup, string name, Stream source, Stream target, CancellationToken cancellation)
    {
        var (header, associated) = await SealedHeader.ReadAsync(source, name, cancellation);
        if (header.KeyId != key.Id)
            throw new SealedFileAlteredException(name, $"it says that it is sealed with key {header.KeyId}, and the backup is with {key.Id}");
        var stream = new byte[HeaderSize];
        await FillAsync(source, stream, name, cancellation);
        using var cipher = new IncrementalXChaCha20Poly1305(stream, key.Derive(Purpose, header.Backup), encryption: false);
        var (plain, sealedChunk) = (new byte[SealedHeader.ChunkSize], new byte[SealedHeader.ChunkSize + TagSize]);
        for (var chunk = 0L; chunk < header.Chunks; chunk++)
        {
            var size = header.SizeOf(chunk);
            await FillAsync(source, sealedChunk.AsMemory(0, size + TagSize), name, cancellation);
            Decrypt(cipher, plain.AsSpan(0, size), sealedChunk.AsSpan(0, size + TagSize), chunk == 0 ? associated : [], FlagOf(header, chunk), name, chunk);
            // Only now is the header known to be true.
            if (chunk == 0 && (header.Backup, header.File) != (backup, name))
                throw new SealedFileSwappedException($"{name} of {backup}", $"{header.File} of {header.Backup}");
            await target.WriteAsync(plain.AsMemory(0, size), cancellation);
        }

        if (await source.ReadAsync(sealedChunk.AsMemory(0, 1), cancellation) > 0)
            throw new SealedFileAppendedException(name);
    }

    static void Decrypt(
        IncrementalXChaCha20Poly1305 cipher, Span<byte> plain, ReadOnlySpan<byte> chunk, ReadOnlySpan<byte> associated, ChunkFlag expected, string name, long number)
    {
        try
        {
            if (cipher.DecryptChunk(plain, chunk, associated) == expected)
                return;
        }
        catch (CryptographicException)
        {
            // Said below: the library knows no more than that the chunk is not authentic.
        }

        throw new SealedFileAlteredException(name, $"chunk {number + 1} is not what was sealed");
    }

    static ChunkFlag FlagOf(SealedHeader header, long chunk) => chunk == header.Chunks - 1 ? ChunkFlag.Final : ChunkFlag.Message;

    static async Task FillAsync(Stream source, Memory<byte> buffer, string name, CancellationToken cancellation)
    {
        if (await source.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation) < buffer.Length)
            throw new SealedFileTruncatedException(name);
    }
}
