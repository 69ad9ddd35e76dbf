import Release from './release';

export default function Page() {
  return (
    <main>
      <h1>Maily</h1>
      <p>Describe your audience. Maily writes the campaign, picks the recipients and sends at the right hour.</p>
      <Release />
    </main>
  );
}
