using System.Security.Cryptography;
using Maily.Deploy.Backups.Sealing;

namespace Maily.Deploy.Tests.Backups.Sealing;

public sealed class FileSealTests
{
    const int Chunk = SealedHeader.ChunkSize;

    static readonly BackupKey Key = BackupKeys.Parse(new(new string('a', 64))).Current;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData(Chunk + 1)]
    [InlineData((3 * Chunk) + 7)]
    public async Task What_is_sealed_is_opened_again(int size)
    {
        var plain = RandomNumberGenerator.GetBytes(size);
        var (sealedBytes, opened) = (await SealAsync(plain), new MemoryStream());
        await FileSeal.OpenAsync(Key, "backup", "dump/1.dat.gz", new MemoryStream(sealedBytes), opened, Cancellation);
        opened.ToArray().ShouldBe(plain);
    }

    [Fact]
    public async Task The_same_file_sealed_twice_looks_different_and_shows_nothing_of_itself()
    {
        var plain = new byte[1000];
        var (one, other) = (await SealAsync(plain), await SealAsync(plain));
        var begin = new SealedHeader(Key.Id, plain.Length, "backup", "dump/1.dat.gz").ToBytes().Length;
        one[begin..].ShouldNotBe(other[begin..]);
        one.AsSpan().IndexOf(new byte[16]).ShouldBe(-1);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(Chunk)]
    [InlineData((2 * Chunk) + 9)]
    public async Task A_truncated_file_is_found_wherever_it_is_cut(int size)
    {
        var bytes = await SealAsync(new byte[size]);
        foreach (var length in new[] { 0, 3, 30, bytes.Length / 2, bytes.Length - 17, bytes.Length - 1 })
            await Should.ThrowAsync<SealedFileTruncatedException>(() => OpenAsync(bytes[..length]));
    }

    [Fact]
    public async Task A_file_cut_between_two_chunks_is_found()
    {
        var bytes = await SealAsync(new byte[2 * Chunk]);
        await Should.ThrowAsync<SealedFileTruncatedException>(() => OpenAsync(bytes[..^(Chunk + 17)]));
    }

    [Fact]
    public async Task A_flipped_bit_is_found_wherever_it_is()
    {
        var bytes = await SealAsync(new byte[(2 * Chunk) + 9]);
        // The key's id, the size's lowest byte, the names, the stream's own header, the first, a middle and the last chunk.
        foreach (var place in new[] { 0, 8, 9, 13, 24, 30, 60, 2000, Chunk + 500, bytes.Length - 1 })
        {
            var flipped = (byte[])bytes.Clone();
            flipped[place] ^= 1;
            await Should.ThrowAsync<SealedFileAlteredException>(() => OpenAsync(flipped), $"byte {place}");
        }
    }

    [Fact]
    public async Task Chunks_that_change_places_are_found()
    {
        var bytes = await SealAsync(RandomNumberGenerator.GetBytes(3 * Chunk));
        var begin = bytes.Length - (3 * (Chunk + 17));
        byte[] swapped = [.. bytes[..begin], .. bytes[(begin + Chunk + 17)..(begin + (2 * (Chunk + 17)))], .. bytes[begin..(begin + Chunk + 17)], .. bytes[(begin + (2 * (Chunk + 17)))..]];
        await Should.ThrowAsync<SealedFileAlteredException>(() => OpenAsync(swapped));
    }

    [Fact]
    public async Task Appended_bytes_are_found() =>
        await Should.ThrowAsync<SealedFileAppendedException>(async () => await OpenAsync([.. await SealAsync(new byte[100]), 0]));

    [Theory]
    [InlineData("backup", "dump/2.dat.gz")]
    [InlineData("another backup", "dump/1.dat.gz")]
    public async Task A_file_in_the_place_of_another_is_found(string backup, string name)
    {
        var bytes = await SealAsync(new byte[100]);
        var error = await Should.ThrowAsync<SealedFileSwappedException>(() => FileSeal.OpenAsync(Key, backup, name, new MemoryStream(bytes), Stream.Null, Cancellation));
        error.Fact.ShouldBe($"In the place of {name} of {backup} stands dump/1.dat.gz of backup.");
    }

    [Fact]
    public async Task A_file_that_is_not_sealed_is_said_to_be_none() =>
        (await Should.ThrowAsync<SealedFileAlteredException>(() => OpenAsync(new byte[100]))).Fact.ShouldContain("does not begin as a sealed file");

    static async Task<byte[]> SealAsync(byte[] plain)
    {
        using var target = new MemoryStream();
        await FileSeal.SealAsync(Key, "backup", "dump/1.dat.gz", plain.Length, new MemoryStream(plain), target, Cancellation);
        return target.ToArray();
    }

    static Task OpenAsync(byte[] bytes) => FileSeal.OpenAsync(Key, "backup", "dump/1.dat.gz", new MemoryStream(bytes), Stream.Null, Cancellation);
}
