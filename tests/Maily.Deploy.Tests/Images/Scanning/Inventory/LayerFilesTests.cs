using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Maily.Deploy.Images.Scanning.Inventory;

namespace Maily.Deploy.Tests.Images.Scanning.Inventory;

public sealed class LayerFilesTests
{
    const string Lodash = "app/node_modules/lodash/package.json";
    const string Minimist = "app/node_modules/minimist/package.json";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Upper_layers_replace_and_take_away_what_lower_ones_hold()
    {
        var below = await ReadAsync(Tar((Lodash, "old"), (Minimist, "old"), ("etc/os-release", "ID=debian"), ("app/other", "not read")));
        var above = await ReadAsync(Tar((Lodash, "new"), ("app/node_modules/.wh.minimist", "")));

        var merged = LayerFiles.Merge([below, above]);

        merged.Keys.Order(StringComparer.Ordinal).ShouldBe([Lodash, "etc/os-release"]);
        Encoding.UTF8.GetString(merged[Lodash]).ShouldBe("new");
    }

    [Fact]
    public async Task An_opaque_folder_hides_all_that_lies_below() => LayerFiles.Merge(
        [await ReadAsync(Tar((Lodash, "old"), (Minimist, "old"))), await ReadAsync(Tar(("app/node_modules/.wh..wh..opq", ""), (Minimist, "new")))]).Keys.ShouldBe([Minimist]);

    [Fact]
    public async Task Layers_are_read_packed_and_with_a_leading_dot()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
            gzip.Write(Tar(($"./{Lodash}", "text")).ToArray());
        packed.Position = 0;

        LayerFiles.Merge([await ReadAsync(packed)]).Keys.ShouldBe([Lodash]);
    }

    [Fact]
    public async Task What_is_no_archive_is_no_layer_and_what_cannot_be_unpacked_is_refused()
    {
        (await LayerFiles.ReadAsync(new MemoryStream("{\"os\":\"linux\"}"u8.ToArray()), Token)).ShouldBeNull();
        await Should.ThrowAsync<UnreadableLayerException>(() => LayerFiles.ReadAsync(new MemoryStream([0x28, 0xB5, 0x2F, 0xFD, 0, 0]), Token));
    }

    static async Task<LayerFiles> ReadAsync(Stream layer) => (await LayerFiles.ReadAsync(layer, Token)).ShouldNotBeNull();

    static MemoryStream Tar(params (string Path, string Text)[] files)
    {
        var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
        {
            foreach (var (path, text) in files)
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }

        archive.Position = 0;
        return archive;
    }
}
