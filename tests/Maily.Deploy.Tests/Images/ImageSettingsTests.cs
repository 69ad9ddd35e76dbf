using Maily.Deploy.Images;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Tests.Images;

public sealed class ImageSettingsTests
{
    [Fact]
    public void GitHub_s_token_logs_in_to_its_registry_and_to_no_other()
    {
        var github = Of(("GITHUB_TOKEN", "t"), ("GITHUB_ACTOR", "mona"));
        (github.User, github.Password?.Reveal()).ShouldBe(("mona", "t"));
        Of(("GITHUB_TOKEN", "t"), ("MAILY_REGISTRY", "registry.example/maily")).Password.ShouldBeNull();
    }

    [Fact]
    public void A_password_of_one_s_own_comes_first()
    {
        var settings = Of(("GITHUB_TOKEN", "t"), ("REGISTRY_USER", "robot"), ("REGISTRY_PASSWORD", "p"));
        (settings.User, settings.Password?.Reveal()).ShouldBe(("robot", "p"));
    }

    [Fact]
    public void The_login_is_for_its_own_host_only()
    {
        var settings = Of(("REGISTRY_USER", "robot"), ("REGISTRY_PASSWORD", "p"));
        settings.For(new RegistryAddress("ghcr.io", "")).Password.ShouldNotBeNull();
        settings.For(new RegistryAddress("registry-1.docker.io", "")).Password.ShouldBeNull();
    }

    [Theory]
    [InlineData("MAILY_IMAGES_AT_ONCE", "0")]
    [InlineData("MAILY_IMAGES_AT_ONCE", "many")]
    [InlineData("MAILY_BUILDER", "podman")]
    public void A_setting_of_another_form_is_refused(string name, string value) =>
        Should.Throw<MalformedVariableException>(() => Of((name, value))).Name.ShouldBe(name);

    static ImageSettings Of(params (string Name, string Value)[] variables) =>
        ImageSettings.From(new Variables(variables.Select(pair => new Variable(pair.Name, pair.Value, "test"))));
}
