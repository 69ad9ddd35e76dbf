namespace Maily.Deploy.Images.Scanning.Inventory;

/// <summary>
/// A stream whose first bytes were read already to see what it holds. Does not close what it reads from, and never asks it for
/// nothing: the engine's stream takes that for its end, and a reader of archives does it at the end of each file.
/// </summary>
sealed class HeadedStream(byte[] head, Stream rest) : Stream
{
    int given;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer) => TakeHead(buffer) is var taken && (taken > 0 || buffer.Length == 0) ? taken : rest.Read(buffer);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        TakeHead(buffer.Span) is var taken && (taken > 0 || buffer.Length == 0) ? taken : await rest.ReadAsync(buffer, cancellationToken);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    int TakeHead(Span<byte> buffer)
    {
        var taken = Math.Min(buffer.Length, head.Length - given);
        head.AsSpan(given, taken).CopyTo(buffer);
        given += taken;
        return taken;
    }
}
