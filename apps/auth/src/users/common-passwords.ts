/**
 * Words that passwords are made of, the commonest first. Guessers try them first, with capitals, digits and look-alikes
 * around them; the estimator knows those variations by itself.
 */
export const commonPasswords = `
password qwerty iloveyou welcome admin letmein monkey dragon football baseball master superman sunshine princess shadow
michael jordan charlie ashley bailey hello freedom whatever trustno1 starwars batman jennifer hunter soccer daniel jessica
michelle pepper thomas killer hockey george andrew summer winter spring autumn love secret access flower cheese computer
internet samsung google facebook linkedin twitter pokemon naruto liverpool arsenal chelsea barcelona madrid mustang maggie
ginger cookie banana orange purple silver golden diamond angel lovely forever nothing something changeme default guest
test testing temp temporary login root administrator user manager server system oracle cisco shop store order coupon loyalty
january february march april june july august september october november december monday friday sunday
amsterdam london paris berlin newyork america england france germany holland nederland welkom wachtwoord passwort motdepasse
qwertyuiop asdfghjkl zxcvbnm qwertzuiop azertyuiop qwerty123 1q2w3e4r 1q2w3e4r5t 1qaz2wsx qazwsx qazwsxedc zaq12wsx q1w2e3r4
qweasd qweasdzxc asdfgh asdfasdf abcdef abc123 abcd1234 a1b2c3d4 aa123456 123qwe 123abc passw0rd p@ssw0rd letmein1 correcthorse
correcthorsebatterystaple
`
  .trim()
  .split(/\s+/);
