using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Images.Scanning.Inventory;

namespace Maily.Deploy.Images.Scanning;

/// <summary>Writes the software bill of materials of an image as CycloneDX 1.6 JSON (ECMA-424).</summary>
public static class CycloneDx
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// The document as UTF-8. It names no time and no random number, both of which the format leaves optional: an equal image has an
    /// equal document, whose hash therefore says something.
    /// </summary>
    /// <param name="image">The image's full name.</param>
    /// <param name="version">Its content tag.</param>
    /// <param name="inventory">What is installed in it.</param>
    public static byte[] Write(string image, string version, ImageInventory inventory) => JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["bomFormat"] = "CycloneDX",
        ["specVersion"] = "1.6",
        ["version"] = 1,
        ["metadata"] = new JsonObject
        {
            ["component"] = new JsonObject { ["type"] = "container", ["bom-ref"] = $"{image}:{version}", ["name"] = image, ["version"] = version },
        },
        ["components"] = new JsonArray([.. Distribution(inventory.Distribution), .. inventory.Packages.Select(package => Component(package, inventory.Distribution))]),
    }, Indented);

    static IEnumerable<JsonNode> Distribution(Distribution? distribution) => distribution is null ? [] :
        [new JsonObject { ["type"] = "operating-system", ["bom-ref"] = $"os:{distribution.Family}", ["name"] = distribution.Family, ["version"] = distribution.Version }];

    static JsonNode Component(SoftwarePackage package, Distribution? distribution)
    {
        var purl = package.PurlIn(distribution);
        return new JsonObject
        {
            // One package may lie in several folders; a reference stands for one component.
            ["type"] = "library", ["bom-ref"] = $"{purl}#{package.Path}", ["name"] = package.Name, ["version"] = package.Version, ["purl"] = purl,
            ["evidence"] = new JsonObject { ["occurrences"] = new JsonArray(new JsonObject { ["location"] = package.Path }) },
        };
    }
}
