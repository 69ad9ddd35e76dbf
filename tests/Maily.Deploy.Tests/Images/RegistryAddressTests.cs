using Maily.Deploy.Images;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Tests.Images;

public sealed class RegistryAddressTests
{
    [Theory]
    [InlineData("ghcr.io/maily", "ghcr.io/maily/api", "https://ghcr.io/")]
    [InlineData("127.0.0.1:5000", "127.0.0.1:5000/api", "http://127.0.0.1:5000/")]
    [InlineData("localhost:5000/team/maily", "localhost:5000/team/maily/api", "http://localhost:5000/")]
    [InlineData("ghcr.io/maily/", "ghcr.io/maily/api", "https://ghcr.io/")]
    public void A_registry_names_its_repositories_and_its_address(string text, string name, string uri)
    {
        var registry = RegistryAddress.Parse(text);

        registry.NameOf("api").ShouldBe(name);
        registry.Uri.ShouldBe(new Uri(uri));
    }

    [Theory]
    [InlineData("https://ghcr.io/maily")]
    [InlineData("ghcr.io/Maily")]
    [InlineData("")]
    public void Another_form_is_refused(string text) => Should.Throw<MalformedVariableException>(() => RegistryAddress.Parse(text));
}
