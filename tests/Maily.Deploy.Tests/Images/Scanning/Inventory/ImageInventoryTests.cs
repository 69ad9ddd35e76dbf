using System.Text;
using System.Text.Json;
using Maily.Deploy.Images.Scanning;
using Maily.Deploy.Images.Scanning.Inventory;

namespace Maily.Deploy.Tests.Images.Scanning.Inventory;

public sealed class ImageInventoryTests
{
    const string Dpkg =
        """
        Package: libc6
        Status: install ok installed
        Architecture: amd64
        Source: glibc
        Version: 2.36-9+deb12u7
        Description: GNU C Library
         Version: no field, but text

        Package: removed
        Status: deinstall ok config-files
        Version: 1.0

        Package: xz-utils
        Status: install ok installed
        Version: 5.6.1-1
        Source: xz-utils (5.6.0-0.2)
        """;

    [Fact]
    public void Packages_of_dpkg_are_read_with_their_sources_and_what_is_removed_is_not_there()
    {
        var inventory = Of(("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"), ("etc/debian_version", "12.5\n"), ("var/lib/dpkg/status", Dpkg));

        inventory.Distribution.ShouldBe(new Distribution("debian", "12.5"));
        inventory.Packages.Select(package => package.Name).ShouldBe(["libc6", "xz-utils"]);
        inventory.Packages[0].PurlIn(inventory.Distribution).ShouldBe("pkg:deb/debian/libc6@2.36-9%2Bdeb12u7?arch=amd64&distro=debian-12.5");
        inventory.Packages[0].SourceName.ShouldBe("glibc");
        inventory.Packages[0].SourceVersion.ShouldBe("2.36-9+deb12u7");
        inventory.Packages[1].SourceVersion.ShouldBe("5.6.0-0.2");
    }

    [Fact]
    public void Packages_of_a_distroless_image_stand_in_files_of_their_own() =>
        Of(("var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12.4\n"), ("var/lib/dpkg/status.d/base.md5sums", "0 etc/x")).Packages.ShouldHaveSingleItem().Name.ShouldBe("base-files");

    [Fact]
    public void Packages_of_apk_npm_and_pip_are_read()
    {
        var inventory = Of(
            ("etc/os-release", "ID=alpine\nVERSION_ID=3.19.1\n"), ("lib/apk/db/installed", "C:Q1\nP:musl\nV:1.2.4-r2\nA:x86_64\no:musl-src\n\nP:zlib\nV:1.3-r0\n"),
            ("app/node_modules/@scope/tool/package.json", """{ "name": "@scope/tool", "version": "1.0.0" }"""), ("app/package.json", """{ "name": "ours", "version": "0" }"""),
            ("app/node_modules/x/test/package.json", """{ "type": "module" }"""), ("usr/lib/python3/urllib3-1.26.4.dist-info/METADATA", "Metadata-Version: 2.1\nName: urllib3\nVersion: 1.26.4\n\nName: no header"));

        inventory.Packages.Select(package => $"{package.Type} {package.Name} {package.Version}").ShouldBe(["apk musl 1.2.4-r2", "apk zlib 1.3-r0", "npm @scope/tool 1.0.0", "pypi urllib3 1.26.4"]);
        inventory.Packages[0].SourceName.ShouldBe("musl-src");
        inventory.Packages[2].PurlIn(inventory.Distribution).ShouldBe("pkg:npm/%40scope/tool@1.0.0");
    }

    [Fact]
    public void An_image_whose_packages_only_trivy_reads_is_refused_instead_of_called_clean() =>
        Should.Throw<UnreadableImageException>(() => Of(("var/lib/rpm/rpmdb.sqlite", ""))).Remedy.ShouldContain("Install trivy");

    [Fact]
    public void Equal_images_have_equal_bills_of_materials_in_the_form_of_CycloneDX()
    {
        var inventory = Of(("etc/os-release", "ID=debian\nVERSION_ID=12\n"), ("var/lib/dpkg/status", Dpkg));

        var document = CycloneDx.Write("registry/api", "c-1", inventory);

        CycloneDx.Write("registry/api", "c-1", Of(("var/lib/dpkg/status", Dpkg), ("etc/os-release", "ID=debian\nVERSION_ID=12\n"))).ShouldBe(document);
        var root = JsonDocument.Parse(document).RootElement;
        root.GetProperty("bomFormat").GetString().ShouldBe("CycloneDX");
        root.GetProperty("specVersion").GetString().ShouldBe("1.6");
        root.GetProperty("components").EnumerateArray().Select(component => component.GetProperty("bom-ref").GetString()).ShouldBeUnique();
        root.GetProperty("components").EnumerateArray().Count(component => component.TryGetProperty("purl", out _)).ShouldBe(2);
    }

    static ImageInventory Of(params (string Path, string Text)[] files)
    {
        files.ShouldAllBe(file => ImageInventory.Reads(file.Path) || file.Path == "app/package.json" || file.Path.EndsWith(".md5sums", StringComparison.Ordinal));
        return ImageInventory.Of(files.Where(file => ImageInventory.Reads(file.Path)).ToDictionary(file => file.Path, file => Encoding.UTF8.GetBytes(file.Text), StringComparer.Ordinal));
    }
}
