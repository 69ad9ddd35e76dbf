using Maily.Deploy.Images;
using Maily.Deploy.Validation;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Tests.Images;

[Collection(Alone.Name)]
public sealed class LargeFileTests : IDisposable
{
    const long FiveGigabytes = 5_000_000_000;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-large-");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    ImageSpec Image => new() { Name = "api", Context = folder.FullName };

    public LargeFileTests()
    {
        File.WriteAllText(Path.Combine(folder.FullName, "Dockerfile"), "FROM scratch\n");
        Directory.CreateDirectory(Path.Combine(folder.FullName, "data"));
        using var sparse = File.Create(Path.Combine(folder.FullName, "data", "dump.bin"));
        sparse.SetLength(FiveGigabytes);
    }

    [Fact]
    public async Task Validate_names_it_with_its_size_and_the_line_that_leaves_it_out()
    {
        var check = ImageChecks.For([Image], ImageSettings.From(new Variables([])), TimeProvider.System).Single(check => check.Name == "api");

        var failure = await Should.ThrowAsync<LargeFileException>(() => check.RunAsync(Token));

        failure.Fact.ShouldContain("data/dump.bin (5.0 GB)");
        failure.Remedy.ShouldContain("`data/dump.bin`");
        failure.Remedy.ShouldContain(".dockerignore");
        (await new CheckRunner(TimeProvider.System).RunAsync([check], ["BuildImages"], Token)).Faults.Length.ShouldBe(1);
    }

    [Fact]
    public void The_line_leaves_it_out()
    {
        File.WriteAllText(Path.Combine(folder.FullName, ".dockerignore"), "data/dump.bin\n");

        BuildContext.Of(Image).Within(Image).Length.ShouldBeLessThan(100);
    }

    [Fact]
    public async Task Where_it_belongs_there_it_is_hashed_and_packed_without_being_in_memory()
    {
        var image = Image with { LargestFile = 6_000_000_000 };
        var context = BuildContext.Of(image).Within(image);
        var before = GC.GetTotalAllocatedBytes();

        var tag = await ImageContent.HashAsync(image, context, new Dictionary<string, string>(), Token);
        var archive = new CountingStream();
        await context.WriteTarAsync(archive, new Dictionary<string, string>(), Token);

        tag.ShouldStartWith("c-");
        archive.Count.ShouldBeGreaterThan(FiveGigabytes);
        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(200_000_000);
    }

    public void Dispose() => folder.Delete(recursive: true);

    sealed class CountingStream : Stream
    {
        public long Count { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => Count;

        public override long Position { get => Count; set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Count += count;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Count += buffer.Length;
            return ValueTask.CompletedTask;
        }

        public override void Flush() => Count += 0;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
